# The page on a server of your own, on its CPU: see docs/hosting.md.
FROM python:3.12-slim

WORKDIR /app
COPY requirements.txt .
# PyTorch's own index has builds without CUDA, which are several gigabytes smaller.
RUN grep '^torch' requirements.txt > torch.txt \
    && pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu -r torch.txt \
    && pip install --no-cache-dir -r requirements.txt \
    && rm torch.txt

COPY app.py LICENSE ./
COPY llb llb
COPY demo demo
COPY weights weights

# The cache and the visitors' work; a volume keeps them when the container is replaced.
RUN useradd --create-home --uid 1000 llb \
    && mkdir /data \
    && chown llb /data
USER 1000
VOLUME /data
ENV GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860 \
    LLB_CACHE=/data \
    PYTHONUNBUFFERED=1
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['GRADIO_SERVER_PORT'] + '/config', timeout=8)"]
# The first process of a container ends at SIGINT, which Python handles, and not at SIGTERM.
STOPSIGNAL SIGINT
CMD ["python", "app.py"]
