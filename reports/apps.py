from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        # Models are not loaded when this module is; the subscription needs them.
        from reports import closing  # noqa: PLC0415

        closing.connect()
