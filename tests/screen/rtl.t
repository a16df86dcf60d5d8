# Texts read from right to left: each is followed by a mark, so that a terminal
# that reorders does it text by text; the columns stay where they are.
run printf 'id,text,city,who\n1,שלום עולם,חיפה,דנה\n2,plain,Haifa,Dana\n3,מים water,לוד,רון\n' > rtl.csv
do - new rtl --data rtl.csv --id id --text text --context city,who --train all
do rtl.tiger label add "טוב"
open rtl.tiger
keys F4 d End Space Up Space d
screen rtl-table
keys : s e t Space b i d i Space o f f Enter
screen rtl-plain
keys : s e t Space b i d i Space o n Enter
keys F3 : g o t o Space 1 Enter
screen rtl-tag
