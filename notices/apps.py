from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from notices import handlers, lift, planners  # noqa: PLC0415
        from seals.lift import register_check  # noqa: PLC0415
        from seals.planning import register  # noqa: PLC0415

        handlers.connect()
        register("notice", planners.NoticePlanner())
        register_check(lift.everybody_told)
        from notices import lodging  # noqa: PLC0415
        from seals.handover import register_line  # noqa: PLC0415

        lodging.connect()
        register_line("reach", lodging.households_unreached)
