@ The start of the blob: a door every four octets. What a function leaves on the stack and in registers is wiped before it returns.
	.syntax unified
	.cpu cortex-m4
	.thumb
	.section .start, "ax"
	.equ STACK, 1440
	.global start
base:
	.thumb_func
start:	b.w begin
	b.w step_door
	b.w wipe
	b.w sum_door
	.thumb_func
step_door:
	push {r4, lr}
	bl step
	mov r1, sp
	sub r2, r1, #STACK
	movs r3, #0
1:	str r3, [r2], #4
	cmp r2, r1
	bne 1b
	mov r12, r3
	movs r1, #0
	movs r2, #0
	pop {r4, pc}
	.thumb_func
sum_door:
	mov r1, r0
	adr r0, base
	b.w sum
