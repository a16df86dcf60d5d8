/* sql FILE STATEMENTS: change a project file behind the program's back. A
 * transaction that they leave open is left so, as by a killed process. */
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

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
	if (!sqlite3_get_autocommit(db))
		_exit(0);
	return sqlite3_close(db) != SQLITE_OK;
}
