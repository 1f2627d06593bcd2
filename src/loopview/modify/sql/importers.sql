-- every file whose import runs :path, with cycles
with recursive reach (path) as (
    select :path
    union
    select importer from link join reach on imported = reach.path
)
select path from reach where path <> :path order by path
