from django.apps import AppConfig


class HouseholdsConfig(AppConfig):
    name = "households"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from households import sheets, sweep_keeping, sweep_sheets  # noqa: PLC0415
        from households.contact_keeper import ContactKeeper  # noqa: PLC0415
        from households.keeper import FileKeeper  # noqa: PLC0415
        from households.keeping import register_keeper  # noqa: PLC0415
        from households.proxy_keeper import ProxyKeeper  # noqa: PLC0415
        from households.retention_keeper import RetentionKeeper  # noqa: PLC0415

        sheets.register_sheet("sweep", sweep_sheets.SweepSheet())
        register_keeper(ContactKeeper())
        register_keeper(FileKeeper())
        register_keeper(ProxyKeeper())
        register_keeper(RetentionKeeper())
        register_keeper(sweep_keeping.PresenceKeeper())
        register_keeper(sweep_keeping.SweepKeeper())
