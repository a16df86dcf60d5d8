# So many texts that the first counts are made beside the store's lane: they
# are on the screen when all is done, and follow what is labelled.
run awk 'BEGIN { print "id,text,stance"; for (i = 1; i <= 24000; i++) { l = "support"; if (i % 3 == 0) l = "oppose"; if (i >= 23991) l = ""; printf "d%d,text number %d,%s\n", i, i, l } }' >many.csv
do - new many --data many.csv --id id --text text --label stance
open many.tiger
has train         24,000           23,990      10
has oppose       7,996
has support     15,994
has alice 23,990
lacks counting
lacks …
keys F3
# in file order, so that it is the same each time
keys m Home Down Right Enter
has text number 23991
has 15,994
has 7,996
keys 1
has #d23991 → oppose
has 7,997
keys 2
has 15,995
keys u
has undone
has 15,994
quit
# come back, one stands at the text that one was given last
open many.tiger
has text number 23993
has 15,994
has 7,997
keys F2
has oppose       7,997
has 23,991       9
quit
do many.tiger undo
do many.tiger check
