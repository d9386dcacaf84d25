//! Several instances as one: what is said at one goes through Redis to the others.

#[cfg(feature = "redis")]
pub(super) use with_redis::routes;
#[cfg(not(feature = "redis"))]
pub(super) use without_redis::routes;

/// The URL as it may be printed and shown in a page.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        (None, Some((_, host))) => format!("…@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn no_message_holds_the_password() {
        for (url, shown) in [
            ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379"),
            ("redis://ping:p@ng@redis.example:6379/1", "redis://…@redis.example:6379/1"),
            ("ping:pong@redis.example", "…@redis.example"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}

#[cfg(feature = "redis")]
mod with_redis {
    use std::time::Duration;

    use anyhow::{Context, Result, anyhow};
    use axum::Router;
    use socketioxide::adapter::Emitter;
    use socketioxide_redis::drivers::redis::{RedisDriver, redis_client};
    use socketioxide_redis::{CustomRedisAdapter, RedisAdapterConfig, RedisAdapterCtr};
    use tokio::sync::oneshot;

    use super::without_password;
    use crate::labs::socketio::{Config, admins, builder, chat, chatters};

    /// So long may Redis take to answer the first time.
    const PATIENCE: Duration = Duration::from_secs(5);
    /// So long are other instances waited for.
    const ANSWER: Duration = Duration::from_secs(3);

    type Redis = CustomRedisAdapter<Emitter, RedisDriver>;

    /// The server's routes, as one of the instances that share the Redis server at `url`.
    pub(in crate::labs::socketio) async fn routes(
        config: &Config,
        url: &str,
        stopped: oneshot::Receiver<()>,
    ) -> Result<Router> {
        let client = redis_client::Client::open(with_resp3(url)?).map_err(|error| {
            anyhow!(
                "expected a URL such as redis://127.0.0.1:6379, found {:?}: {error}",
                without_password(url)
            )
        })?;
        let settings = RedisAdapterConfig::new().with_prefix("wirebook").with_request_timeout(ANSWER);
        let connecting = RedisAdapterCtr::new_with_redis_config(&client, settings);
        let adapter = tokio::time::timeout(PATIENCE, connecting)
            .await
            .map_err(|_| anyhow!("no answer within {PATIENCE:?}"))
            .and_then(|connected| Ok(connected?))
            .with_context(|| {
                format!(
                    "cannot use Redis at {}: is it running? It has to be version 7 or later",
                    without_password(url)
                )
            })?;
        let (layer, io) = builder(config).with_adapter::<Redis>(adapter).build_layer();
        let subscribed = "cannot subscribe at Redis";
        io.ns("/", chatters(chat::welcome::<Redis>)).await.context(subscribed)?;
        io.ns("/admin", admins(async || {})).await.context(subscribed)?;
        Ok(super::super::routes(layer, io, stopped))
    }

    /// Messages are pushed over the connection that also asks: RESP3 can, RESP2 cannot.
    fn with_resp3(url: &str) -> Result<String> {
        if !url.starts_with("redis://") && !url.starts_with("redis+unix://") {
            return Err(anyhow!(
                "expected a URL such as redis://127.0.0.1:6379, found {:?}",
                without_password(url)
            ));
        }
        let joint = if url.contains('?') { '&' } else { '?' };
        Ok(if url.contains("protocol=") { url.to_owned() } else { format!("{url}{joint}protocol=resp3") })
    }
}

#[cfg(not(feature = "redis"))]
mod without_redis {
    use anyhow::{Result, anyhow};
    use axum::Router;
    use tokio::sync::oneshot;

    use super::without_password;
    use crate::labs::socketio::Config;

    pub(in crate::labs::socketio) async fn routes(
        _: &Config,
        url: &str,
        _: oneshot::Receiver<()>,
    ) -> Result<Router> {
        Err(anyhow!(
            "this workbook was built without Redis: cargo run --features redis -- serve --redis {}",
            without_password(url)
        ))
    }
}
