/* sql FILE STATEMENTS: change a project file behind the program's back. */
#include <sqlite3.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	sqlite3 *db;
	char *why = NULL;

	if (argc != 3) {
		fprintf(stderr, "usage: sql FILE STATEMENTS\n");
		return 2;
	}
	if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK ||
	    sqlite3_exec(db, argv[2], NULL, NULL, &why) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", argv[1], why != NULL ? why :
		    sqlite3_errmsg(db));
		return 1;
	}
	return sqlite3_close(db) != SQLITE_OK;
}
