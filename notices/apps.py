from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from households.keeping import register_keeper  # noqa: PLC0415
        from households.sheets import register_sheet  # noqa: PLC0415
        from notices import (  # noqa: PLC0415
            handlers,
            keeper,
            lift,
            lodging,
            merged,
            planners,
        )
        from notices.sheets import TellSheet  # noqa: PLC0415
        from seals.handover import register_line  # noqa: PLC0415
        from seals.lift import register_check  # noqa: PLC0415
        from seals.planning import register  # noqa: PLC0415

        handlers.connect()
        register("notice", planners.NoticePlanner())
        register_check(lift.everybody_told)
        merged.connect()
        register_keeper(keeper.ReceiptKeeper())
        register_sheet("tell", TellSheet())
        lodging.connect()
        register_line("reach", lodging.households_unreached, lodging.doors_to_reach)
