"""Addresses of pupils; included at the root."""

from django.urls import path

from truongso.people.web import exports, imports, pupils

app_name = "people"
urlpatterns = [
    path("hoc-sinh", pupils.pupil_list, name="pupils"),
    path("hoc-sinh/tai-ve", pupils.export, name="export"),
    path("hoc-sinh/lop/tai-ve", exports.classes, name="export_classes"),
    path("hoc-sinh/them", pupils.add, name="add"),
    path("hoc-sinh/nhap", imports.upload, name="import"),
    path("hoc-sinh/nhap/mau", imports.import_template, name="import_template"),
    path("hoc-sinh/nhap/<str:public_id>", imports.import_preview, name="import_preview"),
    path("hoc-sinh/nhap/<str:public_id>/ket-qua", imports.import_result, name="import_result"),
    path("hoc-sinh/nhap/<str:public_id>/can-sua", imports.refused_rows, name="refused_rows"),
    path("hoc-sinh/<str:public_id>", pupils.pupil, name="pupil"),
    path("hoc-sinh/<str:public_id>/sua", pupils.edit, name="edit"),
    path("hoc-sinh/<str:public_id>/giam-ho", pupils.guardian, name="add_guardian"),
    path("hoc-sinh/<str:public_id>/giam-ho/<int:number>", pupils.guardian, name="edit_guardian"),
    path("hoc-sinh/<str:public_id>/chuyen-lop", pupils.move, name="move"),
    path("hoc-sinh/<str:public_id>/roi-truong", pupils.leave, name="leave"),
]
