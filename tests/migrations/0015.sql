-- 0015 makes functions and triggers only: no table of it needs a row.
select;
