import type { CommandName } from './command-line.ts'

/** The help text for one command, or for all. */
export const usageOf = (about: CommandName | null): string => (about === null ? overview : usages[about])

const overview = `Removes image backgrounds with Magic Hour, through a GraphQL API.

Usage
  magic-hour-graphql [serve]            serve the GraphQL API (the default)
  magic-hour-graphql sandbox            run the stand-in for Magic Hour on a port of its own
  magic-hour-graphql migrate            bring the database's tables up to date, and end
  magic-hour-graphql remove <photo>...  remove the backgrounds of photos, folders too, and write PNGs
  magic-hour-graphql <command> --help   more about one command
  magic-hour-graphql --version

Without any setting the sandbox answers in place of Magic Hour: no key, no database, no network, nothing is charged.
Settings come from the environment: see docs/configuration.md.

Exit codes
  0  done        1  failed, or a setting is wrong        2  the command line is wrong
  129, 130, 141, 143  stopped while a photo was being worked on: hang-up, Ctrl-C, output closed, SIGTERM
`

const usages: Readonly<Record<CommandName, string>> = {
  serve: `Serves the GraphQL API until it is stopped (Ctrl-C or SIGTERM), then finishes what is under way.

Usage
  magic-hour-graphql [serve]

Settings, among others (docs/configuration.md has them all)
  PORT, HOST             where it listens                    4000, 127.0.0.1
  MAGIC_HOUR_BASE_URL    Magic Hour's address, or «sandbox»  sandbox, unless NODE_ENV=production
  MAGIC_HOUR_API_KEY     the key that pays for every caller  none: each caller brings their own
  DATABASE_URL           PostgreSQL, for several servers     none: SQLite
  DATA_DIR               the folder of the SQLite database   .data

Exit codes
  0  stopped when asked        1  cannot start, a setting is wrong, or told twice to stop        2  wrong command line
`,
  sandbox: `Runs the sandbox, a stand-in for Magic Hour's REST API, on a port of its own. It costs nothing and forgets all when it ends.

Usage
  magic-hour-graphql sandbox

Settings
  SANDBOX_PORT, HOST     where it listens                    4010, 127.0.0.1
  SANDBOX_RENDER_MS      median time of a render             1500

Any text is a valid API key there. docs/sandbox.md lists the names that make it fail on purpose.
`,
  migrate: `Brings the tables of the database up to date, and ends. The server does the same when it starts; this is for a step of
its own, for example with a database user who may do more.

Usage
  magic-hour-graphql migrate

Settings
  DATABASE_URL           PostgreSQL                          none: SQLite
  DATA_DIR               the folder of the SQLite database   .data

Exit codes
  0  up to date        1  the database cannot be used, or a setting is wrong
`,
  remove: `Removes the background of photos and writes the results as PNGs.

Usage
  magic-hour-graphql remove <photo|folder|url>... [options]

  <photo>                a file, or a public http(s) URL that Magic Hour fetches itself
  <folder>               all images in it and below; not hidden ones, not *-no-background.png
  -b, --background <image>  put this image behind the subjects; without it the background becomes transparent
  -o, --output <path>    of one photo the PNG to write, of several or a folder the folder to write to
                                                        <photo>-no-background.png beside each photo
  -f, --force            replace existing output files (never a photo itself)
      --concurrency <n>  how many photos at once, 1 to 32     4
      --again            pay again for photos that were paid before
      --json             results for programs: one JSON object a line
      --state <folder>   where the record of what is paid is kept   $XDG_STATE_HOME/magic-hour-graphql
      --name <name>      a name to find the images by at Magic Hour
      --server <url>     a running server to use        one of its own, for this run only
      --key-file <path>  a file with the key to show: the server's gateway key, or a Magic Hour key
      --key <key>        the key itself; others on this machine can see it, so prefer --key-file

Without --server the settings of the environment hold, MAGIC_HOUR_API_KEY among them; without any, the sandbox answers.
With --server only --key or --key-file is sent: a key in the environment goes to nobody.

The results go to standard output, the progress to standard error. A run can be repeated: what is done is passed over, and
what is paid is not paid again, whatever ended the run before. The same photo is the same job, whatever its file is called.

Exit codes
  0  all written or done before        1  a photo failed or was left; says what was charged        2  wrong command line
  129, 130, 141, 143  stopped by a hang-up, Ctrl-C, an output that was closed, SIGTERM
`,
}
