// Two things the server cannot do: switch Gradio's own texts, and jump in the player.
(() => {
  const localeModule = () =>
    performance.getEntriesByType("resource").map((entry) => entry.name)
      .find((name) => /\/assets\/core-[\w-]+\.js$/.test(name));

  // Gradio's settings page calls the same function; if a later version hides it, only Gradio's own words stay behind.
  window.mmdemoSetLanguage = async (language) => {
    document.documentElement.lang = language;
    try {
      const module = await import(localeModule());
      await module.changeLocale(language);
    } catch (error) {
      console.debug("gradio's own texts keep their language", error);
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-seek]");
    if (!button) return;
    const player = document.querySelector("#mm-video video, #mm-audio audio");
    if (!player) return;
    player.currentTime = Number(button.dataset.seek);
    player.play?.().catch(() => {});
  });
})();
