from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from households.sheets import register_sheet  # noqa: PLC0415
        from notices import handlers, lift, planners  # noqa: PLC0415
        from notices.sheets import TellSheet  # noqa: PLC0415
        from seals.lift import register_check  # noqa: PLC0415
        from seals.planning import register  # noqa: PLC0415

        handlers.connect()
        register("notice", planners.NoticePlanner())
        register_check(lift.everybody_told)
        register_sheet("tell", TellSheet())
