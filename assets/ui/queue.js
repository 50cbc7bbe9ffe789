// Keeps answers from getting lost. Gradio closes its stream of answers when the server says that nothing is left to
// come, also where a job has joined the queue while that was on its way: its answers wait on the server until
// something else joins, and until then the page looks as if nothing had been pressed.
(() => {
  const ENDED = /"msg":"process_completed","event_id":"(\w+)"/g, LONGEST_MATCH = 100, PATIENCE = 300;
  const joined = new Set();  // jobs whose end has not come
  const fetched = window.fetch;
  let streams = 0;

  const wake = () => {
    if (!joined.size || streams) return;
    joined.clear();  // what does not end on the next stream never will: it was cancelled
    document.querySelector("#mm-wake")?.click();  // joins, which opens a stream
  };
  const follow = async (answers) => {
    const decoder = new TextDecoder();
    let text = "";
    streams += 1;
    try {
      for (const reader = answers.getReader(); ;) {
        const { value, done } = await reader.read();
        if (done) break;
        text += decoder.decode(value, { stream: true });
        for (const [, job] of text.matchAll(ENDED)) joined.delete(job);
        text = text.slice(-LONGEST_MATCH);
      }
    } catch { /* the page closed it */ }
    streams -= 1;
    setTimeout(wake, PATIENCE);
  };

  window.fetch = async (...request) => {
    const answer = await fetched(...request);
    const address = String(request[0]?.url ?? request[0]);
    if (address.includes("/queue/join") && answer.ok) {
      const job = (await answer.clone().json().catch(() => ({}))).event_id;
      if (job) joined.add(job);
    }
    if (!address.includes("/queue/data") || !answer.body) return answer;
    const [ours, theirs] = answer.body.tee();
    follow(ours);
    return new Response(theirs, answer);
  };
})();
