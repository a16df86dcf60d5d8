# The picker among 30 labels: two letters are enough; case and accents do not
# count.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date
do tiny.tiger scheme add topics
do tiny.tiger label add "policy instrument" --scheme topics
do tiny.tiger label add "polluter pays" --scheme topics
do tiny.tiger label add "popular vote" --scheme topics
do tiny.tiger label add "export control" --scheme topics
do tiny.tiger label add "Économie verte" --scheme topics
do tiny.tiger label add "agriculture and the price of food in the cities of the north" --scheme topics
do tiny.tiger label add "biodiversity" --scheme topics
do tiny.tiger label add "carbon tax" --scheme topics
do tiny.tiger label add "cars and roads" --scheme topics
do tiny.tiger label add "coal" --scheme topics
do tiny.tiger label add "courts" --scheme topics
do tiny.tiger label add "diet" --scheme topics
do tiny.tiger label add "employment" --scheme topics
do tiny.tiger label add "energy poverty" --scheme topics
do tiny.tiger label add "floods" --scheme topics
do tiny.tiger label add "forests" --scheme topics
do tiny.tiger label add "gas" --scheme topics
do tiny.tiger label add "heating" --scheme topics
do tiny.tiger label add "hydrogen" --scheme topics
do tiny.tiger label add "insurance" --scheme topics
do tiny.tiger label add "justice" --scheme topics
do tiny.tiger label add "migration" --scheme topics
do tiny.tiger label add "nuclear" --scheme topics
do tiny.tiger label add "oceans" --scheme topics
do tiny.tiger label add "public transport" --scheme topics
do tiny.tiger label add "research" --scheme topics
do tiny.tiger label add "solar" --scheme topics
do tiny.tiger label add "trade" --scheme topics
do tiny.tiger label add "waste" --scheme topics
do tiny.tiger label add "wind" --scheme topics
do tiny.tiger label key solar x --scheme topics
do tiny.tiger scheme use topics
open tiny.tiger
keys F3 m Home Down Right Enter
screen tag-many
keys ;
type po
screen tag-many-pick
styles tag-many-marks
keys Enter
has → policy instrument
keys ;
type pp
keys Enter
has → polluter pays
keys ;
type ev
keys Enter
has → Économie verte
keys ; Down Down Enter
has → popular vote
keys ;
type zz
has nothing is called so
keys Esc x
has → solar
# in little room, and in much
resize 40x12
screen tag-many-small
resize 160x50
screen tag-many-wide
