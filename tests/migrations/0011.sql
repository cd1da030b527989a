-- 0011 makes functions only: no table of it needs a row.
select;
