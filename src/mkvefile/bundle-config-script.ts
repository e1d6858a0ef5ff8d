/** The options that a bundle-config may set, as its variables are called: `-` is written `_`. */
export const OPTION_VARIABLES = [
  'hypervisor',
  'output',
  'template',
  'hooks',
  'force_no_sign',
  'debug_shell',
  'backend',
  'suite',
  'mirror',
  'rootfs',
  'hsh_workdir',
  'package_dir',
  'verbose',
  'quiet',
  'logfile',
  'arch',
  'locked',
  'offline',
  'update',
] as const;

export type OptionVariable = (typeof OPTION_VARIABLES)[number];

/**
 * Sources the file given as its argument, then prints what came of it. A constant text: no data is ever built in.
 *
 * - The report goes to a descriptor of its own, while whatever the config prints goes to standard error.
 * - It is printed on exit, because `exit 0` is a fair way to end a config.
 * - Variables of the environment that happen to be named like an option are no setting, so they are removed first.
 * - The file is sourced outside any function, so that its `declare` makes global variables.
 * - The ERR trap notes commands that failed without ending the config: bash goes on after them and so must we.
 *
 * The report is a list of fields, each ended by NUL: for each option its name, the number of its values and the values; then
 * `failed` with the failures as `STATUS:LINE:FILE`; `before` and `after` with the names of variables; at last `end`.
 */
export const BUNDLE_CONFIG_SCRIPT = `
__mkve_file=$1
set --
unset -v ${OPTION_VARIABLES.join(' ')}
exec {__mkve_report}>&1 1>&2
__mkve_failed=()
__mkve_note_failure() { __mkve_failed+=("$1:$2:$3"); }
__mkve_print_list() {
  builtin printf '%s\\0' "$1" "$(($# - 1))" "\${@:2}" >&"$__mkve_report"
}
__mkve_print_report() {
  set +eux
  builtin trap - ERR
  local IFS=$' \\t\\n' __mkve_name __mkve_reference
  for __mkve_name in ${OPTION_VARIABLES.join(' ')}; do
    __mkve_reference="$__mkve_name[@]"
    __mkve_print_list "$__mkve_name" "\${!__mkve_reference}"
  done
  __mkve_print_list failed "\${__mkve_failed[@]}"
  __mkve_print_list before $__mkve_before
  __mkve_print_list after $(builtin compgen -v)
  __mkve_print_list end
}
__mkve_before=$(compgen -v)
trap __mkve_print_report EXIT
trap '__mkve_note_failure "$?" "$LINENO" "\${BASH_SOURCE[0]-}"' ERR
source "$__mkve_file"
exit
`;
