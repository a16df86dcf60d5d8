# The user's own keys, and what is wrong with them.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
run mkdir -p $HOME/.config/tagtiger; printf 'bind tag x skip %%id\nbind tag x flag %%id\nbind nowhere y quit\nbind tag z nosuch\nhint tag pass skip %%id\nunbind tag n\n' > $HOME/.config/tagtiger/keys.conf
open tiny.tiger
has keys.conf
keys :
type log
keys Enter
has bound twice
has no context is called
keys q F3
has pass
keys x
has skipped
keys n
has n does nothing here
