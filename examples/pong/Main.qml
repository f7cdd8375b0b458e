// SPDX-License-Identifier: MIT
import QtQuick
import QRepod
import Pong

GameWindow {
    id: window

    readonly property int gap: width >= 640 ? 20 : 12
    readonly property bool isConnected: network.state === ConnectionListener.Connected

    width: 920
    height: 700
    minimumHeight: 360
    title: qsTr("Pong")
    palette {
        window: "#0b0f1c"
        base: "#131a2d"
        mid: "#4a5787"
        highlight: "#4fb3ff"
        highlightedText: "#0b0f1c"
        button: "#ffe27a"
    }

    ConnectionListener {
        id: network

        property bool wasConnected: false

        // If we return too early, the server may answer that the one who left is still there.
        property int returnsLeft: 0

        host: window.host
        port: window.port
        active: window.connectAtOnce

        function network_setup(slot: int, field: var, paddle: var, ball_size: real,
                               win_score: int) {
            returnsLeft = 0;
            game.begin();
            game.slot = slot;
            game.field = Qt.size(field.w, field.h);
            game.paddle = Qt.size(paddle.w, paddle.h);
            game.margin = paddle.margin;
            game.ballSize = ball_size;
            game.winScore = win_score;
            keys.tell();
        }

        function network_state(ball: var, paddles: var, scores: var, game_state: string) {
            game.scores = scores;
            game.paddles = paddles;
            game.state = game_state;
            court.moveBall(ball.x, ball.y);
        }

        // Not in repod's pong: a server that knows no names does not send them.
        function network_names(data: var) {
            game.names = data.list;
        }

        function network_round_start() {
            game.winner = -1;
            game.opponentHasLeft = false;
            court.startRound();
        }

        function network_game_over(winner: int) {
            game.winner = winner;
        }

        function network_opponent_left() {
            const wasOver = game.winner >= 0;
            game.winner = -1;
            game.opponentHasLeft = true;
            game.names = ["", ""];
            if (wasOver)
                playAgain(); // a server may keep the points of a player who stays
        }

        function network_full() {
            game.isFull = true;
            if (returnsLeft > 0)
                close(); // then come back
        }

        //! Leaves and comes back, which starts a new game.
        function playAgain() {
            returnsLeft = 10;
            close();
        }

        function join() {
            game.begin();
            connect(notice.host, Number(notice.port));
        }

        onConnected: {
            wasConnected = true;
            keys.forceActiveFocus();
            if (notice.name.trim())
                send("name", { name: notice.name });
        }
        onDisconnected: {
            if (returnsLeft > 0)
                pause.start();
        }

        Timer {
            id: pause

            interval: 200
            onTriggered: {
                --network.returnsLeft;
                network.join();
            }
        }
    }

    Game {
        id: game
    }

    Court {
        id: court

        readonly property real roomX: window.width - 2 * window.gap
        readonly property real roomY: footer.y - 2 * window.gap

        objectName: "court"
        game: game
        running: !notice.visible
        unit: Math.max(0.1, Math.min(roomX / game.field.width, roomY / game.field.height))
        x: Math.round((window.width - width) / 2)
        y: Math.round(window.gap + (roomY - height) / 2)

        Notice {
            id: notice

            anchors.fill: parent
            host: window.host
            port: window.port
            onAct: {
                game.opponentHasLeft = false;
                if (network.state === ConnectionListener.Connected)
                    network.playAgain();
                else
                    network.join();
            }
            content: {
                if (network.returnsLeft > 0)
                    return { title: qsTr("A new game …") };
                if (game.isFull)
                    return {
                        title: qsTr("The game is full"),
                        text: qsTr("Two are playing already."),
                        action: qsTr("Try again")
                    };
                if (network.state === ConnectionListener.Connecting)
                    return { title: qsTr("Connecting …"), text: network.host + ":" + network.port };
                if (network.state === ConnectionListener.Disconnected && !network.wasConnected)
                    return {
                        title: qsTr("Pong"),
                        text: network.errorString,
                        action: qsTr("Connect"),
                        asks: true
                    };
                if (network.state === ConnectionListener.Disconnected)
                    return {
                        title: qsTr("Not connected"),
                        text: network.errorString || qsTr("The connection was closed."),
                        action: qsTr("Reconnect"),
                        asks: true
                    };
                if (game.winner >= 0 && game.winner === game.slot)
                    return {
                        title: qsTr("You win!"),
                        text: qsTr("%1 to %2").arg(game.scores[game.slot])
                                              .arg(game.scores[1 - game.slot]),
                        action: qsTr("Play again")
                    };
                if (game.winner >= 0)
                    return {
                        title: qsTr("You lose"),
                        text: qsTr("%1 to %2").arg(game.scores[game.slot])
                                              .arg(game.scores[1 - game.slot]),
                        action: qsTr("Play again")
                    };
                if (game.state === "waiting")
                    return {
                        title: game.opponentHasLeft ? qsTr("Your opponent has left")
                                                    : qsTr("Waiting for an opponent"),
                        text: window.hosting
                              ? qsTr("They join with  pong %1 %2").arg(window.host).arg(window.port)
                              : qsTr("The game starts when somebody joins.")
                    };
                return null;
            }
        }
    }

    Footer {
        id: footer

        anchors {
            left: parent.left
            right: parent.right
            bottom: parent.bottom
            margins: window.gap
        }
        text: {
            if (!window.isConnected || game.slot < 0)
                return "";
            const side = game.slot === 0 ? qsTr("You play on the left")
                                         : qsTr("You play on the right");
            return qsTr("%1, first to %2 wins").arg(side).arg(game.winScore);
        }
    }

    //! The direction of the keys that are down. The latest one counts.
    Item {
        id: keys

        objectName: "keys"

        property var down: []
        property int told: 0

        function directionOf(key: int): int {
            if (key === Qt.Key_Up || key === Qt.Key_W)
                return -1;
            return key === Qt.Key_Down || key === Qt.Key_S ? 1 : 0;
        }

        function tell() {
            const direction = down.length > 0 ? directionOf(down[down.length - 1]) : 0;
            if (network.send("input", { direction: direction }) > 0)
                told = direction;
        }

        function change(keysDown: var) {
            down = keysDown;
            const direction = down.length > 0 ? directionOf(down[down.length - 1]) : 0;
            if (direction !== told)
                tell();
        }

        focus: true
        Keys.onPressed: event => {
            if (event.isAutoRepeat)
                return;
            if (directionOf(event.key) !== 0)
                change(down.filter(key => key !== event.key).concat(event.key));
            else if (notice.action && (event.key === Qt.Key_Space || event.key === Qt.Key_Return
                                       || event.key === Qt.Key_Enter))
                notice.act();
            else
                return;
            event.accepted = true;
        }
        Keys.onReleased: event => {
            if (!event.isAutoRepeat && directionOf(event.key) !== 0) {
                change(down.filter(key => key !== event.key));
                event.accepted = true;
            }
        }
    }

    // The release of a key in another window is not seen.
    onActiveChanged: {
        if (!active)
            keys.change([]);
    }
}
