# tagtiger: `make help` lists what there is to make.
#
# Sources are found by wildcard: a new file needs no line here. Objects and
# programs go under $(BUILD); the sanitiser and fuzzer targets call make again
# with another BUILD, so that no two of them share an object.

BUILD = build
T =
UPDATE =
# For screen/random.t: how many keys, or FROM..TO, and of which seed.
KEYS =
SEED =
# make V=1 shows the whole command lines.
V =
Q = $(if $(V),,@)
say = $(if $(V),,@echo '  $(1)	$@')

ifneq ($(filter-out clean distclean help dist,$(or $(MAKECMDGOALS),all)),)
ifeq ($(wildcard config.mk),)
$(error There is no config.mk: run ./configure first)
endif
endif
-include config.mk

LAYERS	= base store table text learn task cmd ui
WARN	= -Wall -Wextra -Wshadow -Wvla -Wno-missing-field-initializers
CWARN	= $(WARN) -Wstrict-prototypes -Wmissing-prototypes
SANITIZE =
INC	= -Iinclude -I$(BUILD)/gen
CPP_ALL	= $(INC) -D_GNU_SOURCE $(CPPFLAGS) $(DEP_CFLAGS)
C_ALL	= -std=gnu17 $(CWARN) -pthread $(SANITIZE) $(CFLAGS)
CXX_ALL	= -std=c++20 $(WARN) -fPIC -fvisibility=hidden $(SANITIZE) $(CXXFLAGS)
LD_ALL	= -pthread $(SANITIZE) -Wl,--as-needed $(LDFLAGS)

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_SRC	:= $(sort $(foreach l,$(LAYERS),$(wildcard src/$(l)/*.c src/$(l)/*/*.c)))
CLI_SRC	:= $(sort $(wildcard src/cli/*.c))
SHIM_SRC := $(sort $(wildcard src/torch/*.cc))
LIB_OBJ	:= $(call obj,$(LIB_SRC))
CLI_OBJ	:= $(call obj,$(CLI_SRC))
SHIM_OBJ := $(patsubst %.cc,$(BUILD)/obj/%.o,$(SHIM_SRC))

LIB	= $(BUILD)/libtagtiger.a
PROG	= $(if $(wildcard src/cli/main.c),$(BUILD)/tagtiger)
SHIM	= $(if $(TORCH_DIR),$(if $(SHIM_SRC),$(BUILD)/libtagtiger-torch.so))

# Text files under data/ that are compiled in: data/keys.conf becomes
# $(BUILD)/gen/keys_conf.h with `static const char keys_conf[]`.
GEN	:= $(foreach f,$(wildcard data/*.conf data/*.sql),\
	$(BUILD)/gen/$(subst .,_,$(notdir $(f))).h)

# A test is a program of one file; the screen driver is one of many.
tests_of = $(sort $(wildcard tests/$(1)/test_*.c))
bin = $(patsubst %.c,$(BUILD)/%,$(1))
UNIT	:= $(call bin,$(call tests_of,unit))
PARITY	:= $(call bin,$(call tests_of,parity))
CRASH	:= $(call bin,$(call tests_of,crash))
# What tests of one folder share and is no header.
CRASH_OBJ := $(call obj,$(filter-out tests/crash/test_%,\
	$(wildcard tests/crash/*.c)))
TOOLS	:= $(call bin,$(wildcard tests/tools/*.c))
SCREEN_SRC := $(wildcard tests/screen/*.c)
SCREEN	:= $(if $(SCREEN_SRC),$(BUILD)/tests/screen/driver)
BENCH	:= $(call bin,$(wildcard tests/bench/*.c))
FUZZ	:= $(call bin,$(wildcard tests/fuzz/fuzz_*.c))
# The fuzzers without libFuzzer: their seeds and what a mutator makes of them.
REPLAY	:= $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/tests/fuzz/test_%,\
	$(wildcard tests/fuzz/fuzz_*.c))
TESTS	= $(UNIT) $(PARITY) $(CRASH) $(TOOLS) $(SCREEN) $(REPLAY)
# With T, test programs need themselves alone and a script needs all.
programs = $(filter unit/% parity/% fuzz/%,$(T))
CHECKED	= $(if $(programs),$(if $(filter-out $(programs),$(T)),all $(TESTS),\
	$(patsubst %,$(BUILD)/tests/%,$(T))),all $(TESTS))

all: $(LIB) $(PROG) $(SHIM) $(if $(SHIM),$(BUILD)/install/libtagtiger-torch.so)

help:
	@echo 'make            the program: build/tagtiger'
	@echo 'make check      all tests; T=unit/test_buf runs one,'
	@echo '                UPDATE=1 rewrites the expected screens'
	@echo '                WRITERS_KILLS=1000 WRITERS_SEED=7 kill -9 three writers'
	@echo '                as often (T=crash/test_writers; 60 else)'
	@echo '                UNSYNCED_CUTS=1000 UNSYNCED_SEED=7 cut the power'
	@echo '                as often (T=crash/test_unsynced; 10 else)'
	@echo '                DAMAGE_FLIPS=5000 DAMAGE_SEED=7 turn as many bits of'
	@echo '                a project file (T=crash/test_damage; 400 else)'
	@echo 'make demo       the whole job on the data set under data/'
	@echo 'make bench      timings beside the programs one would use instead'
	@echo 'make asan tsan  the tests under the sanitisers;'
	@echo '                T=screen/random.t KEYS=1000000 SEED=7 is a long'
	@echo '                random walk, KEYS=FROM..TO a part of it again'
	@echo 'make fuzz       a minute for every reader of outside files'
	@echo 'make lint       clang-format, clang-tidy, cppcheck, mandoc, shellcheck'
	@echo 'make man        the commands in man/tagtiger.1, from the table'
	@echo "make pictures   the README's pictures of the screens"
	@echo 'make install    under PREFIX (/usr/local), with DESTDIR before it'
	@echo 'make uninstall dist clean distclean'

$(BUILD)/gen/%_conf.h: data/%.conf
	$(embed)
$(BUILD)/gen/%_sql.h: data/%.sql
	$(embed)
define embed
	@mkdir -p $(@D)
	@{ echo 'static const char $(subst .,_,$(notdir $<))[] ='; \
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/	/\\t/g' \
	    -e 's/^/	"/' -e 's/$$/\\n"/' $<; echo '	"";'; } >$@.new
	@mv $@.new $@
endef

$(BUILD)/obj/%.o: %.c config.mk | $(GEN)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPP_ALL) $(C_ALL) -MMD -MP -c -o $@ $<

# The shim sees its own header and libtorch, nothing else of the program.
$(BUILD)/obj/%.o: %.cc config.mk
	@mkdir -p $(@D)
	$(call say,CXX)
	$(Q)$(CXX) -Iinclude $(CPPFLAGS) $(TORCH_CFLAGS) $(CXX_ALL) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJ)
	$(call say,AR)
	@rm -f $@
	$(Q)$(AR) qcs $@ $^

$(BUILD)/tagtiger: $(CLI_OBJ) $(LIB)
	$(call say,LD)
	$(Q)$(CC) $(LD_ALL) -o $@ $^ $(LIBS)

# Built, it finds libtorch where configure did; installed (see install), in
# the directory beside it.
SHIM_LINK = $(CXX) -shared $(SANITIZE) $(LDFLAGS) -Wl,--no-undefined \
	-Wl,--disable-new-dtags
$(BUILD)/libtagtiger-torch.so: $(SHIM_OBJ)
	$(call say,LD)
	$(Q)$(SHIM_LINK) -Wl,-rpath,$(TORCH_DIR)/lib -o $@ $^ $(TORCH_LIBS)
$(BUILD)/install/libtagtiger-torch.so: $(SHIM_OBJ)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(SHIM_LINK) -Wl,-rpath,'$$ORIGIN/torch/lib' \
	    -Wl,-rpath-link,$(TORCH_DIR)/lib -o $@ $^ $(TORCH_LIBS)

$(CRASH): $(CRASH_OBJ)
$(UNIT) $(PARITY) $(CRASH): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LD_ALL) -o $@ $(filter %.o,$^) $(LIB) $(LIBS) $(CMOCKA_LIBS)
$(TOOLS) $(BENCH): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LD_ALL) -o $@ $(filter %.o,$^) $(LIB) $(LIBS) $(VTERM_LIBS)
$(BUILD)/tests/tools/elsewhere: $(CLI_OBJ)
$(SCREEN): $(call obj,$(SCREEN_SRC)) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LD_ALL) -o $@ $^ $(LIBS) $(VTERM_LIBS)
$(REPLAY): $(BUILD)/tests/fuzz/test_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o \
    $(BUILD)/obj/tests/fuzz/replay.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LD_ALL) -o $@ $^ $(LIBS)
$(FUZZ): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LD_ALL) -fsanitize=fuzzer -o $@ $^ $(LIBS)

tests: all $(TESTS)

check: $(CHECKED) $(SHIM)
	@BUILD=$(BUILD) UPDATE=$(UPDATE) KEYS=$(KEYS) SEED=$(SEED) \
	    TAGTIGER_HAVE_TORCH=$(if $(SHIM),1,0) \
	    TAGTIGER_TEST_BASE=$(BASE_MODEL) sh tests/run.sh $(T)

demo: all $(BUILD)/tests/tools/json
	@BUILD=$(BUILD) TAGTIGER_BASE=$(BASE_DIR) sh data/demo.sh

bench: all $(BENCH)
	@BUILD=$(BUILD) TAGTIGER_TEST_BASE=$(BASE_MODEL) sh tests/bench/run.sh $(T)

SAN_FLAGS = CFLAGS='-O1 -g -fno-omit-frame-pointer'
asan:
	$(MAKE) BUILD=build/asan $(SAN_FLAGS) SHIM= \
	    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined' \
	    T='$(T)' KEYS='$(KEYS)' SEED='$(SEED)' check
tsan:
	$(MAKE) BUILD=build/tsan $(SAN_FLAGS) SHIM= \
	    SANITIZE=-fsanitize=thread \
	    T='$(T)' KEYS='$(KEYS)' SEED='$(SEED)' check

fuzz:
	$(MAKE) BUILD=build/fuzz CC=clang $(SAN_FLAGS) SHIM= \
	    SANITIZE=-fsanitize=fuzzer-no-link,address,undefined T='$(T)' fuzz-run
fuzz-run: $(FUZZ)
	@BUILD=$(BUILD) sh tests/fuzz/run.sh $(T)

# The manual's section of commands, from the table.
man: $(BUILD)/tagtiger
	@sh man/update.sh $(BUILD)/tagtiger

# The README's, from the program's own screens. Needs libtorch.
pictures: all $(SCREEN)
	@BUILD=$(BUILD) TAGTIGER_BASE=$(BASE_DIR) sh tests/tools/pictures.sh

lint:
	@sh tests/lint.sh $(CPP_ALL)

PKGLIB	= $(DESTDIR)$(PREFIX)/lib/tagtiger
# The demo's base model, for accounts that cannot see the cache.
PKGBASE	= $(DESTDIR)$(PREFIX)/share/tagtiger/base
MAN	= $(wildcard man/*.[157])

DOC	= $(DESTDIR)$(PREFIX)/share/doc/tagtiger

# Nothing here is compiled when `make` has run, so that `sudo make install`
# leaves no file of root's in the source.
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DOC)
	install -m 644 README.md COPYING $(DOC)
	install -m 755 $(BUILD)/tagtiger $(DESTDIR)$(PREFIX)/bin/tagtiger
	for m in $(MAN); do \
	    d=$(DESTDIR)$(PREFIX)/share/man/man$${m##*.}; \
	    install -d "$$d" && install -m 644 "$$m" "$$d" || exit; done
	$(if $(SHIM),TORCH_DIR='$(TORCH_DIR)' sh deps/install-torch.sh \
	    $(BUILD)/install/libtagtiger-torch.so '$(PKGLIB)')
	$(if $(SHIM),if [ -d '$(BASE_MODEL)' ]; then \
	    install -d '$(PKGBASE)' && cp -R '$(BASE_MODEL)' '$(PKGBASE)' && \
	    chmod -R a+rX '$(PKGBASE)'; fi)

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/tagtiger
	for m in $(MAN); do \
	    rm -f "$(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}"; done
	rm -rf '$(PKGLIB)' '$(PKGBASE)' '$(DOC)'

dist:
	v=$$(sed -n 's/^VERSION=//p' configure) && mkdir -p build && \
	git archive --format=tar.gz --prefix="tagtiger-$$v/" \
	    -o "build/tagtiger-$$v.tar.gz" HEAD && \
	echo "build/tagtiger-$$v.tar.gz"

clean:
	rm -rf build
distclean: clean
	rm -f config.mk

# Objects whose recipe failed half way must not look finished.
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help tests check demo bench asan tsan fuzz fuzz-run lint man \
	pictures install uninstall dist clean distclean

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
