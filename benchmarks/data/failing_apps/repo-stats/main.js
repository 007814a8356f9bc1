const DAY = 86400000;

function main({ owner, repository }, host) {
  const answer = host.http({
    url: `https://api.codehost.example/repos/${owner}/${repository}`,
    headers: { Accept: "application/json" },
  });
  switch (answer.status) {
    case 200:
      return summary(JSON.parse(answer.body), host.now());
    case 404:
      throw new Error("not_found");
    default:
      throw new Error("unexpected status " + answer.status + ": " + answer.body.slice(0, 100));
  }
}

function summary(repo, now) {
  return {
    stars: repo.stargazers_count,
    forks: repo.forks_count,
    open_issues: repo.open_issues_count,
    license: repo.license === null ? null : repo.license.spdx_id,
    days_idle: Math.max(0, Math.floor((now - Date.parse(repo.pushed_at)) / DAY)),
  };
}
