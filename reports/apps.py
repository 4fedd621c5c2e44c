from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registration needs them.
        from reports.handover import open_work  # noqa: PLC0415
        from seals.handover import register_line  # noqa: PLC0415

        register_line("work", open_work)
