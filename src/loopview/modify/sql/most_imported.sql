-- modules with their number of importers, the most imported first
select file.path, count(link.importer) as importers, file.imports, file.facts
from file left join link on link.imported = file.path and link.named
where file.facts <> ''
group by file.path order by importers desc, file.path
