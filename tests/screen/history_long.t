# A log longer than what the history has in memory: to its end and back.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --label stance
run for i in $(seq 1 700); do echo "comment p020 'words $i'"; done >acts; $TAGTIGER tiny.tiger <acts >/dev/null
open tiny.tiger
keys 8
has of 600+
has words 700
keys G
has import
has 701 of 701
lacks words 21
keys PgUp PgUp
has words 21
keys PgUp PgUp PgUp PgUp PgUp
keys PgUp PgUp PgUp PgUp PgUp PgUp
has words 225
keys PgUp PgUp PgUp PgUp PgUp PgUp PgUp PgUp PgUp PgUp PgUp PgUp
has of 701
has words 440
keys g
has words 700
keys /
type words 250
keys Enter
has words 250
lacks words 251
keys G
has 1 of 1
quit
