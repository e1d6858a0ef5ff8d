/**
 * Python for dnf's own interface (the "DNF API Reference"), because its command line tells people
 * and not programs what it would do. A constant text: what varies comes as one JSON document on standard input, the
 * answer is one on standard output, and how far a download is goes to descriptor 3 in the form of apt's Status-Fd.
 *
 * `mode` is `update`, `resolve`, `lacking` or `download`. Nothing of the host's configuration is read.
 */
export const DNF_SCRIPT = `
import json, os, shutil, sys
import dnf, dnf.callback, dnf.exceptions, dnf.repo, dnf.rpm, dnf.subject, hawkey

asked = json.load(sys.stdin)


def answer(**document):
    json.dump(document, sys.stdout)
    sys.stdout.flush()
    sys.exit(0)


class Percent(dnf.callback.DownloadProgress):
    def start(self, total_files, total_size, total_drpms=0):
        self.total, self.done = max(total_size, 1), {}

    def progress(self, payload, done):
        self.done[str(payload)] = done
        tell(100 * sum(self.done.values()) / self.total)

    def end(self, payload, status, message):
        self.done[str(payload)] = payload.download_size


class Shared(dnf.callback.DownloadProgress):
    # Several downloads one after another are one to whoever watches.
    def __init__(self, whole):
        self.whole = whole

    def progress(self, payload, done):
        self.whole.progress(payload, done)

    def end(self, payload, status, message):
        self.whole.end(payload, status, message)


def tell(percent):
    try:
        os.write(3, b'dlstatus:1:%.2f:\\n' % min(percent, 100))
    except OSError:
        pass


def is_own(package):
    return package.reponame == hawkey.CMDLINE_REPO_NAME


def name_of(package):
    # The metadata may be anybody's, and this becomes the name of a file.
    name = '%s-%s-%s.%s.rpm' % (package.name, package.version, package.release, package.arch)
    return name.replace('/', '_').replace('\\0', '_')


def sum_of(package):
    kind, checksum = package.chksum or (0, b'')
    return checksum.hex() if kind == hawkey.CHKSUM_SHA256 else ''


def download():
    # What the lists have comes from any mirror that has it; what they lack, or without them, from where it was seen.
    listed = {}
    try:
        base.fill_sack_from_repos_in_cache(load_system_repo=False)
        listed = {sum_of(p): p for p in base.sack.query().available()}
    except dnf.exceptions.RepoError:
        pass
    progress, faults = Percent(), []
    progress.start(len(asked['wanted']), sum(told['size'] for told in asked['wanted']))
    known = [told for told in asked['wanted'] if told['sha256'] in listed]
    try:
        base.download_packages([listed[told['sha256']] for told in known], Shared(progress))
    except dnf.exceptions.DownloadError as error:
        faults.append(str(error))
    for told in known:
        package, target = listed[told['sha256']], os.path.join(asked['archives'], told['file'])
        if os.path.exists(package.localPkg()) and not os.path.exists(target):
            shutil.copyfile(package.localPkg(), target)
    for told in asked['wanted']:
        if told['sha256'] in listed:
            continue
        try:
            fetched = dnf.util._urlopen_progress(authorized(told['uri']), conf, Shared(progress))
            os.replace(fetched, os.path.join(asked['archives'], told['file']))
        except (OSError, RuntimeError) as error:
            faults.append('%s: %s' % (told['uri'], error))
    if faults:
        answer(error='download', detail='; '.join(faults), urls=[told['uri'] for told in asked['wanted']])
    answer()


def authorized(uri):
    # A lock has no passwords in it.
    for repo in base.repos.iter_enabled():
        for url in repo.baseurl:
            scheme, separator, rest = url.partition('://')
            plain = scheme + separator + rest.split('@', 1)[-1] if '@' in rest.split('/', 1)[0] else url
            if plain != url and uri.startswith(plain):
                return url + uri[len(plain):]
    return uri


base = dnf.Base()
conf = base.conf
conf.reposdir, conf.plugins, conf.varsdir = [], False, []
conf.installroot, conf.cachedir = asked['root'], asked['lists']
conf.persistdir = conf.logdir = asked['persist']
conf.substitutions['arch'] = asked['architecture']
conf.substitutions['basearch'] = dnf.rpm.basearch(asked['architecture'])
conf.substitutions['releasever'] = asked['release']
conf.install_weak_deps, conf.best = asked['recommends'], True
for name, value in asked['network'].items():
    setattr(conf, name, value)
held = {(p['name'], p['version'], p['arch']): p['sha256'] for p in asked['held']}
suffixes = ['', '.locked'] if held else ['']
for told in [dict(told, id=told['id'] + suffix) for suffix in suffixes for told in asked['repositories']]:
    repo = dnf.repo.Repo(told['id'], conf)
    setattr(repo, told['by'], [told['url']] if told['by'] == 'baseurl' else told['url'])
    repo.skip_if_unavailable = False
    repo.pkgdir = asked['archives']
    repo.metadata_expire = 0 if asked['mode'] == 'update' else -1
    repo.enable()
    base.repos.add(repo)
try:
    if asked['mode'] == 'update':
        base.fill_sack(load_system_repo=False)
        answer(lists=[os.path.basename(repo._repo.getCachedir()) for repo in base.repos.iter_enabled()])
    if asked['mode'] == 'download':
        download()
    base.fill_sack_from_repos_in_cache(load_system_repo=True)
except dnf.exceptions.RepoError as error:
    answer(error='repository', detail=str(error))
if held:
    # Of a held name there is only the version to hold, if it is known at all; the older lists have nothing else to offer.
    names = {name for name, version, arch in held}
    available = base.sack.query().available()
    kept = [p for p in available if held.get((p.name, p.evr, p.arch)) == sum_of(p)]
    known = {(p.name, p.arch) for p in kept}
    others = [p for p in available if p not in kept and (p.reponame.endswith('.locked') or (p.name, p.arch) in known)]
    base.sack.add_excludes(base.sack.query().filterm(pkg=others))
own = base.add_remote_rpms(asked['local'])
if own:
    same = base.sack.query().available().filterm(name=[package.name for package in own])
    base.sack.add_excludes(same.difference(base.sack.query().filterm(pkg=own)))
if asked['mode'] == 'lacking':
    answer(names=[name for name in asked['names'] if not dnf.subject.Subject(name).get_best_query(base.sack)])
missing = []
for name in asked['names']:
    try:
        base.install(name)
    except dnf.exceptions.MarkingError:
        missing.append(name)
if missing:
    answer(error='not-found', names=missing)
try:
    base.resolve()
except dnf.exceptions.DepsolveError as error:
    answer(error='conflict', detail=str(error))
if base.transaction.remove_set:
    gone = ', '.join(sorted(str(package) for package in base.transaction.remove_set))
    answer(error='conflict', detail='it would take away or replace packages of the base: ' + gone)
chosen = sorted(base.transaction.install_set)
packages = []
for package in chosen:
    packages.append({
        'name': package.name, 'version': package.evr, 'arch': package.arch, 'file': name_of(package),
        'size': package.downloadsize, 'local': is_own(package),
        'path': package.localPkg() if is_own(package) else '',
        'uri': '' if is_own(package) else package.remote_location() or '',
        'sha256': sum_of(package),
    })
answer(packages=packages)
`;
