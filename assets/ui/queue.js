// Keeps answers from getting lost. Gradio closes its stream of answers when the server says that nothing is left to
// come, also where a job has joined the queue while that was on its way: its answers wait on the server until
// something else joins, and until then the page looks as if nothing had been pressed.
(() => {
  const ENDED = /"msg":"process_completed","event_id":"(\w+)"/g, LONGEST_MATCH = 100, PATIENCE = 300;
  const joined = new Set();  // jobs whose end has not come
  const fetched = window.fetch;
  let streams = 0;  // asked for or open

  const wake = () => {
    if (!joined.size || streams) return;
    joined.clear();  // what does not end on the next stream never will: it was cancelled
    document.querySelector("#mm-wake")?.click();  // joins, which opens a stream
  };
  const follow = async (answers) => {
    const decoder = new TextDecoder();
    let text = "";
    try {
      for (const reader = answers.getReader(); ;) {
        const { value, done } = await reader.read();
        if (done) break;
        text += decoder.decode(value, { stream: true });
        for (const [, job] of text.matchAll(ENDED)) joined.delete(job);
        text = text.slice(-LONGEST_MATCH);
      }
    } catch { /* the page closed it */ }
  };
  const ended = () => {
    streams -= 1;
    setTimeout(wake, PATIENCE);
  };
  const stream = async (request) => {
    streams += 1;  // from here on, as over a slow line it opens long after the job has joined
    const answer = await fetched(...request).catch((error) => { ended(); throw error; });
    if (!answer.body) { ended(); return answer; }
    const [ours, theirs] = answer.body.tee();
    follow(ours).then(ended);
    return new Response(theirs, answer);
  };

  window.fetch = async (...request) => {
    const address = String(request[0]?.url ?? request[0]);
    if (address.includes("/queue/data")) return stream(request);
    const answer = await fetched(...request);
    if (address.includes("/queue/join") && answer.ok) {
      const job = (await answer.clone().json().catch(() => ({}))).event_id;
      if (job) joined.add(job);
    }
    return answer;
  };
})();
