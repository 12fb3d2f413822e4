// Requests to the admin routes of the server that served this page.

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function answer(response) {
  if (response.ok) {
    return response.json();
  }
  let detail = "HTTP " + response.status;
  try {
    const problem = await response.json();
    const fields = (problem.errors ?? []).map(error => error.pointer + " " + error.detail);
    detail = [problem.detail ?? problem.title, ...fields].filter(Boolean).join("; ");
  } catch {
    // not a problem document, for example of a proxy
  }
  throw new Refused(response.status, detail);
}

export class Api {
  constructor(token) {
    this.token = token;
  }

  headers() {
    return {authorization: "Bearer " + this.token};
  }

  async get(path) {
    return answer(await fetch(path, {headers: this.headers(), cache: "no-store", credentials: "omit"}));
  }

  async post(path, body) {
    return answer(await fetch(path, {
      method: "POST",
      headers: {...this.headers(), "content-type": "application/json"},
      body: JSON.stringify(body),
      credentials: "omit"
    }));
  }

  // Reads server-sent events until the connection ends or the signal aborts, after the last one that was received.
  // EventSource cannot send a token.
  async events(signal, opened, received) {
    const headers = this.lastEvent ? {...this.headers(), "last-event-id": this.lastEvent} : this.headers();
    const response = await fetch("/api/events", {headers, signal, cache: "no-store", credentials: "omit"});
    if (!response.ok) {
      await answer(response);
    }
    opened();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const {done, value} = await reader.read();
      if (done) {
        return;
      }
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const id = block.split("\n").find(line => line.startsWith("id: "));
        this.lastEvent = id ? id.slice(4) : this.lastEvent;
        const data = block.split("\n").filter(line => line.startsWith("data: ")).map(line => line.slice(6)).join("\n");
        if (data) {
          received(JSON.parse(data));
        }
      }
    }
  }
}
