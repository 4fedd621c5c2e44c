from django.apps import AppConfig


class HouseholdsConfig(AppConfig):
    name = "households"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from households import keeping, retention_keeper  # noqa: PLC0415

        keeping.register_keeper(retention_keeper.RetentionKeeper())
