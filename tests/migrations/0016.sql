-- 0016 replaces policies and functions only: no table of it needs a row.
select;
