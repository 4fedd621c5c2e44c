from django.apps import AppConfig


class HouseholdsConfig(AppConfig):
    name = "households"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from households.contact_keeper import ContactKeeper  # noqa: PLC0415
        from households.keeper import FileKeeper  # noqa: PLC0415
        from households.keeping import register_keeper  # noqa: PLC0415
        from households.proxy_keeper import ProxyKeeper  # noqa: PLC0415
        from households.retention_keeper import RetentionKeeper  # noqa: PLC0415

        register_keeper(ContactKeeper())
        register_keeper(FileKeeper())
        register_keeper(ProxyKeeper())
        register_keeper(RetentionKeeper())
