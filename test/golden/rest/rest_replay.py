#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replay a recorded REST scenario against a Connect worker and compare.

usage: rest_replay.py BASE_URL GOLDEN.jsonl [--mode distributed|standalone]
                      [--dir WORKDIR] [--only ID_PREFIX] [-v]

BASE_URL   e.g. http://localhost:8083  (a worker with no connectors yet)
WORKDIR    a directory that both this script and the worker can read and
           write; used for ${DIR} in the recorded requests (default: a new
           temporary directory).
Only the Python standard library is used.  The last line printed is
"N passed, N failed"; the exit status is 1 if anything failed.
"""
import argparse, http.client, json, os, re, sys, tempfile, time
from urllib.parse import urlsplit

VERSION_KEYS = re.compile(r'(^|\.)plugin\.version$')
CONVERGE_SECONDS = 30.0


class Conn:
    def __init__(self, base):
        u = urlsplit(base)
        self.host, self.port = u.hostname, u.port or 80
        self.prefix = u.path.rstrip('/')

    def send(self, method, path, headers, body):
        c = http.client.HTTPConnection(self.host, self.port, timeout=120)
        try:
            c.putrequest(method, self.prefix + path, skip_accept_encoding=True)
            data = None if body is None else body.encode('utf-8')
            names = {k.lower() for k in headers}
            for k, v in headers.items():
                c.putheader(k, v)
            if data is not None and 'content-length' not in names:
                c.putheader('Content-Length', str(len(data)))
            elif data is None and method in ('POST', 'PUT', 'PATCH') and 'content-length' not in names:
                c.putheader('Content-Length', '0')
            c.endheaders()
            if data:
                c.send(data)
            r = c.getresponse()
            raw = r.read().decode('utf-8', 'replace')
            return r.status, {k.lower(): v for k, v in r.getheaders()}, raw
        finally:
            c.close()


# ---------------------------------------------------------------- normalise
def norm_str(s, ctx):
    d = ctx.get('dir')
    if d:
        s = s.replace(d, '${DIR}')
    # any host:port or URL authority that names a worker listener
    s = re.sub(r'https?://[A-Za-z0-9_.\-\[\]:]+:\d+', '<base>', s)
    s = re.sub(r'PluginDesc\{.*\}', '<plugin-list>', s)
    return s


def norm(v, ctx, key=None):
    if isinstance(v, dict):
        if 'definition' in v and 'value' in v and isinstance(v['definition'], dict):
            nm = str(v['definition'].get('name'))
            v = json.loads(json.dumps(v))
            if VERSION_KEYS.search(nm):
                if v['definition'].get('default_value') is not None:
                    v['definition']['default_value'] = '<version>'
                if v['value'].get('value') is not None:
                    v['value']['value'] = '<version>'
                v['value']['recommended_values'] = ['<version>' for _ in v['value'].get('recommended_values') or []]
        out = {}
        for k, x in v.items():
            if k == 'documentation':
                continue
            if k == 'worker_id' and isinstance(x, str):
                out[k] = '<worker>'
            elif k == 'trace' and isinstance(x, str):
                out[k] = '<trace>'
            elif k == 'kafka_cluster_id':
                out[k] = '<cluster-id>'
            elif k == 'commit':
                out[k] = '<commit>'
            elif k == 'version':
                out[k] = '<version>' if x is not None else None
            elif k == 'last_modified' and isinstance(x, (int, float)) and not isinstance(x, bool):
                out[k] = '<ms>'
            else:
                out[k] = norm(x, ctx, k)
        if 'error_count' in out and isinstance(out.get('configs'), list):
            out['configs'] = sorted(out['configs'], key=lambda c: str((c.get('definition') or {}).get('name')))
        m = out.get('message')
        if isinstance(m, str) and m.startswith('Connector configuration is invalid') and '\n' in m:
            lines = m.split('\n')
            out['message'] = '\n'.join([lines[0]] + sorted(lines[1:-1]) + [lines[-1]])
        return out
    if isinstance(v, list):
        out = [norm(x, ctx) for x in v]
        if out and all(isinstance(x, dict) and set(x) >= {'name', 'type', 'default_value'} for x in out):
            for x in out:
                if VERSION_KEYS.search(str(x['name'])) and x['default_value'] is not None:
                    x['default_value'] = '<version>'
            out.sort(key=lambda x: str(x['name']))
        return out
    if isinstance(v, str):
        return norm_str(v, ctx)
    return v


def parse_body(raw):
    if raw == '':
        return {'kind': 'empty'}
    try:
        return {'kind': 'json', 'json': json.loads(raw)}
    except ValueError:
        return {'kind': 'text', 'text': raw}


# ------------------------------------------------------------------ compare
def canon(v):
    return json.dumps(v, sort_keys=True)


def compare(exp, act, path, case, out):
    loose = case.get('loose', [])
    unordered = case.get('unordered', [])
    match = case.get('match', 'exact')
    if any(path == p or re.fullmatch(p, path) for p in loose):
        if jtype(exp) != jtype(act):
            out.append('%s: type %s, expected %s' % (path or '/', jtype(act), jtype(exp)))
        return
    if jtype(exp) != jtype(act):
        out.append('%s: got %s, expected %s' % (path or '/', short(act), short(exp)))
        return
    if isinstance(exp, dict):
        for k in exp:
            if k not in act:
                out.append('%s/%s: missing' % (path, k))
            else:
                compare(exp[k], act[k], path + '/' + k, case, out)
        if match == 'exact':
            for k in act:
                if k not in exp:
                    out.append('%s/%s: unexpected' % (path, k))
    elif isinstance(exp, list):
        if match == 'subset':
            for i, e in enumerate(exp):
                if not any(not sub(e, a, case) for a in act):
                    out.append('%s[%d]: no element matches %s' % (path, i, short(e)))
            return
        if len(exp) != len(act):
            out.append('%s: length %d, expected %d (%s vs %s)' % (path or '/', len(act), len(exp), short(act), short(exp)))
            return
        if any(path == p or re.fullmatch(p, path) for p in unordered):
            exp, act = sorted(exp, key=canon), sorted(act, key=canon)
        for i, (e, a) in enumerate(zip(exp, act)):
            compare(e, a, '%s/%d' % (path, i), case, out)
    elif exp != act:
        out.append('%s: got %s, expected %s' % (path or '/', short(act), short(exp)))


def sub(e, a, case):
    o = []
    compare(e, a, '', dict(case, loose=[]), o)
    return o


def jtype(v):
    if v is None: return 'null'
    if isinstance(v, bool): return 'bool'
    if isinstance(v, (int, float)): return 'number'
    if isinstance(v, str): return 'string'
    return 'array' if isinstance(v, list) else 'object'


def short(v):
    s = json.dumps(v)
    return s if len(s) < 240 else s[:240] + '...'


def check(case, status, headers, raw, ctx):
    exp, out = case['expect'], []
    if status != exp['status']:
        out.append('status %d, expected %d (body %s)' % (status, exp['status'], raw[:200]))
        return out
    for h, v in (exp.get('headers') or {}).items():
        got = headers.get(h.lower())
        if h.lower() == 'location' and got:
            got = re.sub(r'^https?://[^/]+', '', got)
        if h.lower() == 'allow':
            s = lambda x: sorted(t.strip() for t in (x or '').split(','))
            if s(v) != s(got): out.append('header Allow: got %r, expected %r' % (got, v))
        elif h.lower() == 'content-type':
            if (got or '').split(';')[0].strip().lower() != v.split(';')[0].strip().lower():
                out.append('header Content-Type: got %r, expected %r' % (got, v))
        elif got != v:
            out.append('header %s: got %r, expected %r' % (h, got, v))
    if case.get('match') == 'status':
        return out
    act = parse_body(raw)
    if act['kind'] == 'json':
        act['json'] = norm(act['json'], ctx)
    e = exp['body']
    if e['kind'] != act['kind']:
        out.append('body is %s, expected %s: %s' % (act['kind'], e['kind'], raw[:200]))
    elif e['kind'] == 'json':
        compare(e['json'], act['json'], '', case, out)
    elif e['kind'] == 'text':
        if sorted(re.split(r'[,\s]+', e['text'])) != sorted(re.split(r'[,\s]+', act['text'])):
            out.append('text body %r, expected %r' % (act['text'][:200], e['text'][:200]))
    return out


REBALANCE = re.compile(r'rebalance|stale configuration', re.I)


def send_stable(conn, req, ctx, want=None):
    """Send; an answer that only says that a rebalance is going on is retried."""
    sub_ = lambda s: s.replace('${DIR}', ctx['dir']) if isinstance(s, str) else s
    end = time.time() + CONVERGE_SECONDS
    while True:
        st, hd, raw = conn.send(req['method'], sub_(req['path']), req.get('headers') or {}, sub_(req.get('body')))
        if st in (409, 500) and want != st and REBALANCE.search(raw) and time.time() < end:
            time.sleep(0.3)
            continue
        return st, hd, raw


def run_op(case, ctx):
    op = case['op']
    if op == 'write_file':
        with open(case['path'].replace('${DIR}', ctx['dir']), case.get('file_mode', 'w')) as f:
            f.write(case['content'])
    elif op == 'sleep':
        time.sleep(case['seconds'])


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('base'); ap.add_argument('golden')
    ap.add_argument('--mode', default='distributed', choices=['distributed', 'standalone'])
    ap.add_argument('--dir'); ap.add_argument('--only', default='')
    ap.add_argument('-v', action='store_true')
    a = ap.parse_args()
    ctx = {'dir': a.dir or tempfile.mkdtemp(prefix='rest-replay-')}
    os.makedirs(ctx['dir'], exist_ok=True)
    try: os.chmod(ctx['dir'], 0o777)
    except OSError: pass
    conn, ok, bad = Conn(a.base), 0, 0
    for line in open(a.golden, encoding='utf-8'):
        case = json.loads(line)
        if case.get('mode') != a.mode or not case['id'].startswith(a.only):
            continue
        if 'op' in case:
            run_op(case, ctx)
            continue
        end = time.time() + (CONVERGE_SECONDS if case.get('poll') else 0)
        while True:
            try:
                problems = check(case, *send_stable(conn, case['request'], ctx, case['expect']['status']), ctx)
            except (OSError, http.client.HTTPException) as e:
                problems = ['no response: %r' % (e,)]
            if not problems or time.time() >= end:
                break
            time.sleep(0.25)
        label = '%s %s %s' % (case['id'], case['request']['method'], case['request']['path'])
        if problems:
            bad += 1
            print('FAIL %s: %s' % (label, '; '.join(problems[:4])))
        else:
            ok += 1
            if a.v: print('ok   ' + label)
    print('%d passed, %d failed' % (ok, bad))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
