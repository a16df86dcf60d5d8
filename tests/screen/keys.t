# The user's own keys, and what is wrong with them.
run cp $ROOT/tests/screen/data/tiny.csv .
do - new tiny --data tiny.csv --id id --text text --context source,date --label stance --test 10
run mkdir -p $HOME/.config/tagtiger; printf 'bind tag x skip %%id\nbind tag x flag %%id\nbind nowhere y quit\nbind tag z nosuch\nhint tag pass skip %%id\nunbind tag n\nbind tag p skip %%id\nunbind tag s\nbind tag s flag %%id\nbind tag 2 flag %%id\nbind any o log\n' > $HOME/.config/tagtiger/keys.conf
open tiny.tiger
has keys.conf:10: 2 is the key of the label oppose, which has it
keys :
type log
keys Enter
has bound twice
has keys.conf:2: x in tag is bound twice: 'skip %id' stays
has keys.conf:3: no context is called 'nowhere'
has keys.conf:4: 
has keys.conf:7: p in tag was 'accept', which has no key now
lacks s in tag was
keys q F3
has pass
keys x
has skipped
keys n
has n does nothing here
# `?` says whose they are
keys ?
type skip
has x*
has * of your keys.conf
