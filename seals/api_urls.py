from __future__ import annotations

from django.urls import path

from seals import api, api_changes, duty_api

urlpatterns = [
    path("orders/", api.order_list, name="api-orders"),
    path("orders/preview/", api.order_preview, name="api-order-preview"),
    path("orders/seal/", api.order_seal, name="api-order-seal"),
    path("orders/<int:order>/", api.order_detail, name="api-order"),
    path("orders/<int:order>/extend/", api.order_extend, name="api-order-extend"),
    path("orders/<int:order>/reduce/", api.order_reduce, name="api-order-reduce"),
    path("orders/<int:order>/checklist/", api.order_checklist, name="api-order-checklist"),
    path("orders/<int:order>/lift/", api.order_lift, name="api-order-lift"),
    path("orders/<int:order>/recalls/", api.order_recalls, name="api-order-recalls"),
    path("orders/<int:order>/tasks/", api.order_tasks, name="api-order-tasks"),
    path("orders/recalls/<int:recall>/", api.recall_record, name="api-recall-record"),
    path("orders/tasks/<int:task>/done/", api.task_done, name="api-task-done"),
    path("orders/draft/", api_changes.order_draft, name="api-order-draft"),
    path("orders/<int:order>/cancel/", api_changes.order_cancel, name="api-order-cancel"),
    path("orders/<int:order>/restart/", api_changes.order_restart, name="api-order-restart"),
    path("orders/<int:order>/ease/", api_changes.order_ease, name="api-order-ease"),
    path("homes/<int:home>/rule/", api_changes.door_rule, name="api-door-rule"),
    path("duty/guests/", duty_api.guest_list, name="api-guests"),
    path("duty/barriers/", duty_api.barrier_list, name="api-barriers"),
]
