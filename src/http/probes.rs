//! The parts that `/readyz` asks.

use std::sync::Arc;

use async_trait::async_trait;

use super::router::Probe;
use crate::store::cluster::Cluster;
use crate::store::database::Store;

/// The database answers.
pub struct StoreProbe(pub Store);

/// The private cluster's process runs.
pub struct ClusterProbe(pub Cluster);

/// A chat's platform is reached (PAINS P16).
pub struct ChatProbe(pub Arc<dyn port::Channel>);

#[async_trait]
impl Probe for ChatProbe {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    async fn check(&self) -> Result<(), String> {
        self.0.health()
    }
}

#[async_trait]
impl Probe for StoreProbe {
    fn name(&self) -> &'static str {
        "database"
    }

    async fn check(&self) -> Result<(), String> {
        self.0.ping().await.map_err(|error| error.to_string())
    }
}

#[async_trait]
impl Probe for ClusterProbe {
    fn name(&self) -> &'static str {
        "cluster"
    }

    async fn check(&self) -> Result<(), String> {
        if self.0.is_up() { Ok(()) } else { Err("the private PostgreSQL does not run".to_owned()) }
    }
}
