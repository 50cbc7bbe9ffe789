// What the server cannot do: switch Gradio's own texts, and jump in the players.
(() => {
  const localeModule = () =>
    performance.getEntriesByType("resource").map((entry) => entry.name)
      .find((name) => /\/assets\/core-[\w-]+\.js$/.test(name));

  // Gradio's settings page calls the same function; if a later version hides it, only Gradio's own words stay behind.
  window.mmdemoSetLanguage = async (language) => {
    document.documentElement.lang = language;
    document.documentElement.dataset.greeted = language;  // the page is ready
    document.querySelectorAll('[role="tablist"]').forEach(keepOneStop);
    try {
      const module = await import(localeModule());
      await module.changeLocale(language);
    } catch (error) {
      console.debug("gradio's own texts keep their language", error);
    }
  };

  // One stop for the keyboard on a row of tabs, and arrow keys between them, as the ARIA pattern for tabs has it.
  const tabsBeside = (tab) => [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]:not([disabled])')];
  const keepOneStop = (list) => {
    const tabs = [...(list?.querySelectorAll('[role="tab"]') ?? [])];
    const selected = tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
    if (selected) tabs.forEach((tab) => { tab.tabIndex = tab === selected ? 0 : -1; });
  };
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.('[role="tablist"] [role="tab"]');
    if (!tab || event.altKey || event.ctrlKey || event.metaKey) return;
    const tabs = tabsBeside(tab);
    const at = tabs.indexOf(tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    tabs[to % tabs.length].click();
    tabs[to % tabs.length].focus();
  });
  new MutationObserver((changes) => changes.forEach(({ target }) => keepOneStop(target.closest('[role="tablist"]'))))
    .observe(document, { attributeFilter: ["aria-selected"], subtree: true });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-seek]");
    if (!button) return;
    const player = document.querySelector("#mm-video video, #mm-audio audio");
    if (!player) return;
    player.currentTime = Number(button.dataset.seek);
    player.play?.().catch(() => {});
  });

  // The Search tab opens sounds and clips at their best moment, which stands on the detail line. Gradio's own property
  // for it is lost: a player that is new on the page writes its position 0 back first.
  const players = "#mm-chosen-video, #mm-chosen-audio";
  const toCue = (player) => {
    const cue = Number(document.querySelector("#mm-detail [data-cue]")?.dataset.cue);
    if (Number.isFinite(cue) && player.readyState >= HTMLMediaElement.HAVE_METADATA) player.currentTime = cue;
  };
  // Media events do not bubble, but they can be caught on their way down.
  document.addEventListener("loadedmetadata", (event) => {
    if (event.target.closest?.(players)) toCue(event.target);
  }, true);

  // After a choice; it may open below the window, and the same file again at another moment loads nothing.
  window.mmdemoShowChosen = () => setTimeout(() => {
    document.querySelectorAll("#mm-chosen-video video, #mm-chosen-audio audio").forEach(toCue);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    document.querySelector("#mm-detail")?.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }, 200);
})();
