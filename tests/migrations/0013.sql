-- 0013 changes who may read a column: no table of it needs a row.
select;
