/*
 * Packets through libsrtp2: libsrtp CIPHER protect|open rtp|rtcp SSRC ROC KEY [MKI]
 * KEY is master key and salt in hex. Packets on stdin and stdout have their length before them, two octets, big-endian; length 0 answers a packet that was refused.
 */
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int unhex(const char *text, unsigned char *out, int room)
{
    int n = strlen(text) / 2;
    if (n > room) exit(2);
    for (int i = 0; i < n; i++) {
        unsigned int octet;
        if (sscanf(text + 2 * i, "%2x", &octet) != 1) exit(2);
        out[i] = octet;
    }
    return n;
}

static void set_cipher(const char *name, srtp_policy_t *p)
{
    if (!strcmp(name, "AES_CM_128_HMAC_SHA1_80")) {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&p->rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&p->rtcp);
    } else if (!strcmp(name, "AES_CM_128_HMAC_SHA1_32")) {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&p->rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&p->rtcp);
    } else if (!strcmp(name, "AES_256_CM_HMAC_SHA1_80")) {
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&p->rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&p->rtcp);
    } else if (!strcmp(name, "AES_256_CM_HMAC_SHA1_32")) {
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&p->rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&p->rtcp);
    } else if (!strcmp(name, "AEAD_AES_128_GCM")) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&p->rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&p->rtcp);
    } else if (!strcmp(name, "AEAD_AES_256_GCM")) {
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&p->rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&p->rtcp);
    } else {
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static unsigned char key[64], mki[256], packet[65536 + 1024];
    srtp_policy_t policy;
    srtp_master_key_t master = { key, mki, 0 }, *masters[1] = { &master };
    srtp_t session;
    if (argc < 7) return 2;
    int protect = !strcmp(argv[2], "protect"), rtcp = !strcmp(argv[3], "rtcp");
    unsigned int ssrc = strtoul(argv[4], NULL, 10);
    memset(&policy, 0, sizeof policy);
    set_cipher(argv[1], &policy);
    unhex(argv[6], key, sizeof key);
    int with_mki = argc > 7;
    if (with_mki) {
        master.mki_size = unhex(argv[7], mki, sizeof mki);
        policy.keys = masters;
        policy.num_master_keys = 1;
    } else {
        policy.key = key;
    }
    policy.ssrc.type = ssrc_specific;
    policy.ssrc.value = ssrc;
    if (srtp_init() || srtp_create(&session, &policy) || srtp_set_stream_roc(session, ssrc, strtoul(argv[5], NULL, 10))) return 3;
    for (;;) {
        int high = getchar(), low = getchar();
        if (low == EOF) break;
        int length = high * 256 + low;
        if (fread(packet, 1, length, stdin) != (size_t)length) return 4;
        srtp_err_status_t status;
        if (protect)
            status = rtcp ? srtp_protect_rtcp_mki(session, packet, &length, with_mki, 0) : srtp_protect_mki(session, packet, &length, with_mki, 0);
        else
            status = rtcp ? srtp_unprotect_rtcp_mki(session, packet, &length, with_mki) : srtp_unprotect_mki(session, packet, &length, with_mki);
        if (status) length = 0;
        putchar(length >> 8);
        putchar(length & 255);
        fwrite(packet, 1, length, stdout);
    }
    srtp_dealloc(session);
    return 0;
}
