-- A rebuild deletes issues that no record gives any more; when their records come back, so must what people said
-- of them. An issue's id is made of its source and external id, so the fact finds it again.
alter table core.issue_edit drop constraint issue_edit_workspace_id_issue_id_fkey;
alter table detect.pattern_constraint drop constraint pattern_constraint_workspace_id_left_issue_id_fkey;
alter table detect.pattern_constraint drop constraint pattern_constraint_workspace_id_right_issue_id_fkey;
