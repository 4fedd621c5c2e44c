from __future__ import annotations

from django.urls import path

from seals import change_views, lift_views, plan_views, rule_views, sealing_views, views, work_views

app_name = "seals"
ORDERS = "c/<slug:compound>/orders"
PLANS = "c/<slug:compound>/plans"
urlpatterns = [
    path(f"{ORDERS}/", views.order_list, name="order-list"),
    path(f"{ORDERS}/new/", sealing_views.order_new, name="order-new"),
    path(f"{ORDERS}/preview/", sealing_views.order_preview, name="order-preview"),
    path(f"{ORDERS}/confirm/", sealing_views.order_confirm, name="order-confirm"),
    path(f"{ORDERS}/<int:order>/", views.order, name="order"),
    path(f"{ORDERS}/<int:order>/extend/", views.order_extend, name="order-extend"),
    path(f"{ORDERS}/<int:order>/reduce/", views.order_reduce, name="order-reduce"),
    path(f"{ORDERS}/<int:order>/lift/", lift_views.order_lift, name="order-lift"),
    path(f"{ORDERS}/<int:order>/document/", views.order_document, name="order-document"),
    path(f"{ORDERS}/recalls/<int:recall>/", work_views.recall_record, name="recall-record"),
    path(f"{ORDERS}/tasks/<int:task>/done/", work_views.task_done, name="task-done"),
    path(f"{PLANS}/", plan_views.template_list, name="template-list"),
    path(f"{PLANS}/<int:template>/", plan_views.template, name="template"),
    path(
        "c/<slug:compound>/plans/<slug:slug>/copy/", plan_views.template_copy, name="template-copy"
    ),
    path(f"{ORDERS}/<int:order>/throw-away/", sealing_views.order_throw_away, name="order-throw"),
    path(f"{ORDERS}/<int:order>/restart/", change_views.order_restart, name="order-restart"),
    path(f"{ORDERS}/<int:order>/ease/", change_views.order_ease, name="order-ease"),
    path(f"{ORDERS}/<int:order>/cancel/", change_views.order_cancel, name="order-cancel"),
    path(f"{ORDERS}/<int:order>/notice/", views.order_notice, name="order-notice"),
    path("c/<slug:compound>/homes/<int:home>/rule/", rule_views.door_rule, name="door-rule"),
    path("home/rule/", rule_views.home_rule, name="home-rule"),
    path(f"{ORDERS}/recalls/", work_views.recall_list, name="recall-list"),
    path(f"{ORDERS}/<int:order>/recalls/", work_views.order_recalls, name="order-recalls"),
    path(f"{ORDERS}/recalls/<int:recall>/call/", work_views.recall_call, name="recall-call"),
]
