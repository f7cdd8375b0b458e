// SPDX-License-Identifier: MIT
// A server that keeps what happens to it.

import QtQml
import QRepod

Server {
    id: room

    property var calls: []
    property var log: []

    function note(channel: Channel, call: var) {
        room.calls.push([room.channels.get(0) === channel, call]);
    }

    function network_whole(channel, data) {
        room.note(channel, data);
    }
    function network_fields(channel: Channel, id: int, name: string) {
        room.note(channel, [id, name]);
    }
    function network_untyped(channel, id, name) {
        room.note(channel, [id, name]);
    }
    function network_one(channel, text: string) {
        room.note(channel, text);
    }
    function network_channel(channel) {
        room.note(channel, "channel");
    }
    function network_nothing() {
        room.calls.push("nothing");
    }
    function network_nickname(channel: Channel, nickname: string) {
        channel.userData = {
            nickname: nickname
        };
    }
    function network_chat(channel: Channel, text: string) {
        room.sendToAll("chat", {
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
        room.calls.push("room");
    }
    function network_connected(channel: Channel) {
        room.log.push("connected message");
    }
    function network_disconnected(channel: Channel) {
        room.log.push("disconnected message");
    }
    function network_received(channel, data) {
        room.note(channel, "received " + data.action);
    }

    port: 0
    active: true
    onChannelConnected: channel => room.log.push("connected " + room.channels.count + " " + channel.isConnected)
    onChannelDisconnected: channel => room.log.push("disconnected " + room.channels.count + " " + channel.isConnected)
}
