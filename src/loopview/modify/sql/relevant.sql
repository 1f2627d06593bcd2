-- files whose names, path or docstrings match, best first; of equals in the order of their paths
select file.path, -bm25(search, 4.0, 6.0, 1.0) * file.weight as score
from search join file on file.number = search.rowid
where search match :match
order by score desc, file.path limit :limit
