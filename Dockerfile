# A Hugging Face Space with the Docker SDK, or any other host of containers.
FROM python:3.11-slim

# Spaces run as this user, and nothing here needs more.
RUN useradd --create-home --uid 1000 user
USER user
ENV HOME=/home/user \
    PATH=/home/user/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    TIKTOKEN_CACHE_DIR=/home/user/ranks \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_XSRF_COOKIE_SAME_SITE=none
WORKDIR /home/user/app

COPY --chown=user requirements.txt ./
# A package that few owners need, such as "redis>=8,<9".
ARG EXTRA=""
RUN python -m venv /home/user/venv && pip install -r requirements.txt $EXTRA

COPY --chown=user . ./
# Exact counts from the first question on. Without these files the app estimates.
RUN python -m chat.tokens --fetch /home/user/ranks || echo "The rank files could not be fetched."

EXPOSE 8501
HEALTHCHECK --start-period=30s CMD \
    python -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=3)"
CMD ["streamlit", "run", "streamlit_app.py", "--server.port=8501", "--server.address=0.0.0.0"]
