// SPDX-License-Identifier: MIT
// A server that keeps what happens to it.

import QtQml
import QRepod

Server {
    id: host

    property var calls: []
    property var log: []

    function note(channel: Channel, call: var) {
        host.calls.push([host.channels.get(0) === channel, call]);
    }

    function network_whole(channel, data) {
        host.note(channel, data);
    }
    function network_fields(channel: Channel, id: int, name: string) {
        host.note(channel, [id, name]);
    }
    function network_untyped(channel, id, name) {
        host.note(channel, [id, name]);
    }
    function network_one(channel, text: string) {
        host.note(channel, text);
    }
    function network_channel(channel) {
        host.note(channel, "channel");
    }
    function network_nothing() {
        host.calls.push("nothing");
    }
    function network_nickname(channel: Channel, nickname: string) {
        channel.userData = {
            nickname: nickname
        };
    }
    function network_chat(channel: Channel, text: string) {
        host.sendToAll("chat", {
            nickname: channel.userData.nickname,
            text: text
        });
    }
    function network_echo(channel: Channel, data) {
        channel.send(data);
    }
    function network_kick(channel: Channel) {
        channel.close();
    }
    function network_who() {
        host.calls.push("room");
    }
    function network_connected(channel: Channel) {
        host.log.push("connected message");
    }
    function network_disconnected(channel: Channel) {
        host.log.push("disconnected message");
    }
    function network_received(channel, data) {
        host.note(channel, "received " + data.action);
    }

    port: 0
    active: true
    onChannelConnected: channel => host.log.push("connected " + host.channels.count + " " + channel.isConnected)
    onChannelDisconnected: channel => host.log.push("disconnected " + host.channels.count + " " + channel.isConnected)
}
