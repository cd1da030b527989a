//! The channel against a stand-in for the platform: the contract that every channel passes, and what only this platform does.
#![cfg(test)]

mod contract;
mod delivery;
mod gateway;
mod interactions;
mod requests;
mod scene;
