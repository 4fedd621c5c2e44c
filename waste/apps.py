from django.apps import AppConfig


class WasteConfig(AppConfig):
    name = "waste"

    def ready(self) -> None:
        # Models are not loaded when this module is; the registrations need them.
        from seals import lift, planning  # noqa: PLC0415
        from waste import checks, planners  # noqa: PLC0415

        planning.register("disinfect", planners.DisinfectPlanner())
        planning.register("rubbish", planners.RubbishPlanner())
        lift.register_check(checks.terminal_disinfection)
        from seals.handover import register_line  # noqa: PLC0415
        from waste.handover import rounds_ahead, rounds_of_next  # noqa: PLC0415

        register_line("rounds", rounds_ahead, rounds_of_next)
