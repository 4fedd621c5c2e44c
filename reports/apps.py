from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from reports import closing  # noqa: PLC0415
        from reports.handover import open_work  # noqa: PLC0415
        from seals.handover import register_line  # noqa: PLC0415

        closing.connect()
        register_line("work", open_work)
