FROM pullet.test/idle:1 AS run
ARG WHO=nobody
ARG LEVEL
COPY greeting ignored* /srv/
RUN echo "$WHO at $LEVEL" > /srv/who
FROM run AS later
RUN touch /srv/later
