/** What the script tries, by the words with which its answers begin. */
export type Trial = 'entry' | 'proc' | 'store' | 'temporary' | 'sandbox';

/**
 * Runs as root of the namespace that workers get, so that what it can do they can. A constant text; arguments: a
 * private directory on the store's file system and one on the temporary one, either empty where there is none, and
 * then the command to be run in a sandbox. Each trial prints `NAME yes` or `NAME no WHY`; that it starts says
 * that the namespaces could be entered and /proc mounted, which is done before.
 *
 * The overlay trial makes a whiteout and an opaque directory: file systems without `user.*` attributes mount well
 * and fail there (overlayfs.rst, "userxattr").
 */
export const PROBE_SCRIPT = `
store=$1 temporary=$2
shift 2
newline='
'
overlay() {
  cd "$1" && mkdir -p lower/kept upper work merged && : >lower/kept/file || return 1
  mount -t overlay -o userxattr,lowerdir=lower,upperdir=upper,workdir=work mkve merged || return 1
  replace
  status=$?
  umount merged
  rm -rf lower upper work merged
  return "$status"
}
replace() {
  rm -r merged/kept && mkdir merged/kept || return 1
  [ ! -e merged/kept/file ] || { echo 'a directory that was replaced shows its old files'; return 1; }
}
try() {
  name=$1
  shift
  if said=$("$@" 2>&1 </dev/null); then echo "$name yes"; else echo "$name no \${said%%"$newline"*}"; fi
}
echo 'entry yes'
echo 'proc yes'
echo "kernel $(uname -r)"
[ -z "$store" ] || try store overlay "$store"
[ -z "$temporary" ] || try temporary overlay "$temporary"
try sandbox "$@"
`;
