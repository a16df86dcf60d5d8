# A project of an account that is not root, with colleagues who come and go:
# what each made is open to all, and nothing is open to others.
. tests/tap.sh
[ "$(id -u)" = 0 ] || skip_all 'needs root, to be several accounts'
command -v setpriv >/dev/null || skip_all 'needs setpriv'
for name in daemon nobody bin; do
	id "$name" >/dev/null 2>&1 || skip_all "there is no account $name"
done
base=$(mktemp -d /var/tmp/tagtiger-test.XXXXXX) || exit
away=$(mktemp -d /dev/shm/tagtiger-test.XXXXXX 2>/dev/null || mktemp -d)
trap 'rm -rf "$base" "$away"' EXIT
chmod 755 "$base" "$away"
cp "$TAGTIGER" "$base/tagtiger"
cd "$base" || exit
# as ACCOUNT WORD...: the program run by it.
as() {
	who=$1
	shift
	rc=0
	out=$(setpriv --reuid "$(id -u "$who")" --regid "$(id -g "$who")" \
	    --clear-groups env HOME="$base" "$base/tagtiger" "$@" \
	    2>"$w/.err" </dev/null) || rc=$?
	err=$(cat "$w/.err")
	tap_ran="$who: tagtiger $*"
}
as_ok() {
	as "$@"
	status 0 "$*"
}
mode() {
	stat -c %a "$1"
}
{
	echo 'id,text'
	for i in $(seq 1 30); do echo "$i,words about $((i % 3)) things"; done
} >d.csv
mkdir hers && chown daemon hers && cp d.csv hers
as_ok daemon new hers/p --data hers/d.csv --id id --text text

# ---- before anything is moved, all is looked at ----
mkdir shut && chmod 700 shut
as daemon hers/p.tiger user add nobody --move "$base/shut/p"
status 4 'where the colleague cannot come'
like "$err" "$base/shut" 'is told'
as daemon hers/p.tiger user add daemon
status 3 'oneself is there already'
like "$err" 'daemon is you' 'and is told so'
as daemon hers/p.tiger user add no-such-account --move "$base/hers/p"
status 3 'an account that is none'
ok 'and nothing was moved' test -e hers/p.tiger
as_ok daemon hers/p.tiger user add nobody --role manager --move hers/p/
p=$base/hers/p/p.tiger
as daemon "$p" user add nobody --role manager
status 3 'once only'

# ---- what a colleague made is for those who come later ----
for l in zero one; do as_ok daemon "$p" label add $l; done
as_ok nobody "$p" feature add tfidf
for i in 3 6 9; do as_ok nobody "$p" tag $i zero; done
for i in 1 4 7; do as_ok nobody "$p" tag $i one; done
as_ok nobody "$p" quick train --features tfidf
as_ok nobody "$p" predict quick
as_ok nobody "$p" snapshot take
as_ok daemon "$p" user add bin
as_ok bin "$p" next --mode active --json
as_ok bin "$p" check
mkdir bins && chown bin bins
as_ok bin "$p" archive bins/all.tar.zst --json
like "$out" '"files":[5-9]' 'the whole folder is in an archive'
as bin "$p" archive all.tar.zst
status 4 'which needs a place to write in'
like "$err" '/all\.tar\.zst: cannot write in this folder' 'is told'
as_ok nobody "$p" quick train --features tfidf
as_ok daemon "$p" predict quick
as_ok bin "$p" next --mode active --fresh

# ---- an owner to whom the files do not belong ----
as_ok daemon "$p" user role nobody owner
as nobody "$p" user add games
status 4 'cannot let others in'
like "$err" 'belongs to daemon' 'and is told who can'
as_ok daemon "$p" user list --json
unlike "$out" games 'nobody is added who could not come in'
as_ok daemon "$p" user role nobody annotator

# ---- copies are for whom the project is, and nobody else ----
chmod 755 hers
as_ok daemon "$p" backup hers/b.tiger
like "$(getfacl -pc hers/b.tiger 2>/dev/null || echo group::---)" \
    'group::---' 'a backup is not open to the group'
as_ok daemon restore hers/b.tiger hers/again
is "$(mode hers/again.tiger)" 600 'a restored project is its owner'\''s'
as bin hers/again.tiger info
status 4 'users of the project do not come in by themselves'
mkdir hers/own && chown daemon hers/own && mv hers/again.tiger hers/own
as_ok daemon hers/own/again.tiger user add bin --json
json_is .role annotator 'but are let in again, as what they were'
as_ok bin hers/own/again.tiger info
as daemon hers/own/again.tiger user add bin
status 3 'once'
as daemon hers/own/again.tiger user add nobody --role manager
status 3 'in another role: by user role'

# ---- shared by a group, whatever each one's umask ----
mkdir team && chown daemon:daemon team && chmod 2770 team
group() {
	who=$1
	shift
	rc=0
	setpriv --reuid "$(id -u "$who")" --regid "$(id -g "$who")" \
	    --groups "$(id -g daemon)" env HOME="$base" sh -c \
	    'umask 077; exec "$@"' sh "$base/tagtiger" "$@" >"$w/.out" \
	    2>"$w/.err" </dev/null || rc=$?
	out=$(cat "$w/.out") err=$(cat "$w/.err")
	tap_ran="$who in the group: tagtiger $*"
	status 0 "$who: $2 ${3-}"
}
g=$base/team/g.tiger
as_ok daemon new "$g" --data hers/d.csv --id id --text text
chmod 660 "$g"
group daemon "$g" user add nobody --role manager --no-acl
for l in zero one; do group daemon "$g" label add $l; done
for i in 3 6 9; do group nobody "$g" tag $i zero; done
for i in 1 4 7; do group nobody "$g" tag $i one; done
group nobody "$g" feature add tfidf
group nobody "$g" quick train
group nobody "$g" predict quick
group daemon "$g" next --mode active
group daemon "$g" check
is "$(find team -not -group daemon)" '' 'all of it is the group'\''s'

# ---- moved to another file system, with everybody ----
run_ok "$p" user add sys --move "$away/there" --json
p=$away/there/p.tiger
json_is .path "$p" 'where it is now'
ok 'nothing is left behind' test ! -e hers/p/p.tiger-data
is "$(stat -c %U "$p")" daemon 'whose it was'
as_ok bin "$p" check
as_ok nobody "$p" next --mode active --json
run_ok "$p" snapshot list --json
json_is '.snapshots[#]' 1 'snapshots came too'

# ---- who leaves holds nothing ----
as_ok bin "$p" next --mode sequential --fresh --json
held=$(json .id)
as_ok daemon "$p" next --mode sequential --fresh --json
unlike "$(json .id)" "^$held\$" 'a text that is held'
as_ok daemon "$p" user remove bin
as_ok daemon "$p" next --mode sequential --fresh --json
is "$(json .id)" "$held" 'is free when who held it is no user any more'
as bin "$p" info
status 4 'and they are out'
like "$err" 'user add' 'and told what to do'

# ---- an annotator of the same name, from elsewhere ----
printf 'id,lab,who\n20,zero,games\n' >elsewhere.csv
run_ok "$p" import annotations elsewhere.csv --id id --label lab \
    --annotator who --scheme default
as_ok daemon "$p" user add games
as_ok daemon "$p" user list --json
like "$out" '"user":"games-2"' 'makes room for the account'
run_ok "$p" export annotations --layer games-2 --out g.csv
like "$(grep '^20,' g.csv)" ',zero,' 'and keeps their labels' 
done_testing
