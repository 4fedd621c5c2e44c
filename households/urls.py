from __future__ import annotations

from django.urls import URLPattern, path

from households.views import (
    accesses,
    doors,
    exports,
    files,
    homes,
    imports,
    labels,
    members,
    merging,
    particulars,
    proxies,
    reaching,
    retentions,
    search,
    sheets,
    sweep_offline,
    sweeps,
)

app_name = "households"
ROOM = "c/<slug:compound>/households/"
urlpatterns: list[URLPattern] = [
    path(ROOM, files.household_index, name="list"),
    path(f"{ROOM}<int:household>/", files.file_page, name="file"),
    path(f"{ROOM}<int:household>/members/new/", members.member_new, name="member-new"),
    path(f"{ROOM}<int:household>/phones/", members.phone_add, name="phone-add"),
    path(f"{ROOM}<int:household>/marks/", members.flag_set, name="flag-set"),
    path(f"{ROOM}<int:household>/relatives/", members.relative_add, name="relative-add"),
    path(f"{ROOM}<int:household>/notes/", particulars.note_write, name="note-write"),
    path(f"{ROOM}<int:household>/pets/", particulars.pet_keep, name="pet-keep"),
    path(f"{ROOM}<int:household>/key/", particulars.key_set, name="key-set"),
    path(f"{ROOM}<int:household>/timeline/", files.file_timeline, name="timeline"),
    path(f"{ROOM}<int:household>/merge/", merging.file_merge, name="merge"),
    path(f"{ROOM}<int:household>/apart/", merging.apart, name="apart"),
    path(f"{ROOM}duplicates/", merging.duplicates, name="duplicates"),
    path(f"{ROOM}medical/", particulars.medical_page, name="medical"),
    path(f"{ROOM}members/<int:resident>/merge/", merging.people_merge, name="people-merge"),
    path(
        f"{ROOM}members/<int:resident>/identity/", particulars.identity_keep, name="identity-keep"
    ),
    path(
        f"{ROOM}members/<int:resident>/medicines/", particulars.medicine_keep, name="medicine-keep"
    ),
    path(
        f"{ROOM}members/<int:resident>/appointments/",
        particulars.appointment_keep,
        name="appointment-keep",
    ),
    path(
        f"{ROOM}identities/<int:identity>/reveal/",
        particulars.identity_reveal,
        name="identity-reveal",
    ),
    path(
        f"{ROOM}identities/<int:identity>/remove/",
        particulars.identity_remove,
        name="identity-remove",
    ),
    path(f"{ROOM}medicines/<int:medicine>/end/", particulars.medicine_end, name="medicine-end"),
    path(
        f"{ROOM}appointments/<int:appointment>/end/",
        particulars.appointment_end,
        name="appointment-end",
    ),
    path(f"{ROOM}pets/<int:pet>/remove/", particulars.pet_remove, name="pet-remove"),
    path(f"{ROOM}notes/<int:note>/strike/", particulars.note_strike, name="note-strike"),
    path(f"{ROOM}members/<int:resident>/", members.member_edit, name="member-edit"),
    path(f"{ROOM}members/<int:resident>/presence/", members.presence_set, name="presence-set"),
    path(f"{ROOM}members/<int:resident>/leave/", members.member_leave, name="member-leave"),
    path(f"{ROOM}phones/<int:phone>/reveal/", members.phone_reveal, name="phone-reveal"),
    path(
        f"{ROOM}relatives/<int:relative>/reveal/", members.relative_reveal, name="relative-reveal"
    ),
    path(f"{ROOM}marks/<int:flag>/end/", members.flag_end, name="flag-end"),
    path(f"{ROOM}imports/new/", imports.import_new, name="import-new"),
    path(f"{ROOM}imports/template/", imports.import_template, name="import-template"),
    path(f"{ROOM}imports/<int:batch>/", imports.import_preview, name="import-preview"),
    path(f"{ROOM}imports/<int:batch>/confirm/", imports.import_confirm, name="import-confirm"),
    path(f"{ROOM}imports/<int:batch>/undo/", imports.import_undo, name="import-undo"),
    path(f"{ROOM}imports/<int:batch>/doors/", imports.import_doors, name="import-doors"),
    path(f"{ROOM}imports/<int:batch>/rejects/", imports.import_rejects, name="import-rejects"),
    path("c/<slug:compound>/sweeps/<int:sweep>/", sweeps.sweep_page, name="sweep"),
    path("c/<slug:compound>/verifications/<int:verification>/", sweeps.verify_door, name="verify"),
    path("c/<slug:compound>/search/", search.search_page, name="search"),
    path("c/<slug:compound>/labels/", labels.labels, name="labels"),
    path("c/<slug:compound>/access/", accesses.access_list, name="access-list"),
    path("c/<slug:compound>/access/<int:access>/", accesses.access_decide, name="access-decide"),
    path("s/<str:code>/", doors.door, name="door"),
    path("home/welcome/", doors.welcome, name="welcome"),
    path("home/waiting/", doors.waiting, name="waiting"),
    path("home/leave/", doors.leave, name="leave"),
    path(f"{ROOM}<int:household>/proxies/", proxies.proxy_list, name="proxies"),
    path(f"{ROOM}<int:household>/proxies/<int:access>/", proxies.proxy_decide, name="proxy-decide"),
    path("a/<str:invitation>/", homes.invited, name="invited"),
    path("home/relatives/", homes.home_proxies, name="home-proxies"),
    path("home/relatives/<int:access>/", homes.home_proxy_decide, name="home-proxy-decide"),
    path("home/switch/", homes.switch, name="switch"),
    path(f"{ROOM}<int:household>/export/", exports.export, name="export"),
    path("c/<slug:compound>/retention/", retentions.retention, name="retention"),
    path(
        "c/<slug:compound>/retention/<int:cause>/longer/",
        retentions.retention_put_off,
        name="retention-put-off",
    ),
    path("home/export/", exports.home_export, name="home-export"),
    path("c/<slug:compound>/sweeps/<int:sweep>/undo/", sweeps.tap_undo, name="sweep-undo"),
    path(
        "c/<slug:compound>/sweeps/<int:sweep>/doors/", sweep_offline.sweep_doors, name="sweep-doors"
    ),
    path("c/<slug:compound>/sweeps/<int:sweep>/log/", sweep_offline.sweep_log, name="sweep-log"),
    path(
        "c/<slug:compound>/verifications/<int:verification>/people/",
        sweeps.person_say,
        name="sweep-person",
    ),
    path(
        "c/<slug:compound>/verifications/<int:verification>/reach/",
        reaching.sweep_reach,
        name="sweep-reach",
    ),
    path("sweep-worker.js", sweep_offline.sweep_worker, name="sweep-worker"),
    path("c/<slug:compound>/sweeps/<int:sweep>/sheets/", sheets.sheet_new, name="sheet-new"),
    path("c/<slug:compound>/sheets/", sheets.sheet_list, name="sheet-list"),
    path("c/<slug:compound>/sheets/<int:sheet>/", sheets.sheet_type, name="sheet-type"),
    path("c/<slug:compound>/sheets/<int:sheet>/paper/", sheets.sheet_paper, name="sheet-paper"),
]
